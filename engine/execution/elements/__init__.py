"""What each kind of BPMN element does when a token comes to it: gateways, activities, events, timers."""
