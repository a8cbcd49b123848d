"""Forms as pages: what a task asks, drawn on the server, and what the browser sends back.

A view needs three things: :func:`render` draws a form (first with :func:`engine.forms.validation.initial`, later with what was
sent), :func:`submission` reads what was sent, and :func:`list_action` says whether the person only wanted another row or another
look, so that the view draws the form again instead of completing the task.
"""

from webui.forms.rendering import render as render
from webui.forms.sending import ListAction as ListAction
from webui.forms.sending import Submission as Submission
from webui.forms.sending import list_action as list_action
from webui.forms.sending import submission as submission
