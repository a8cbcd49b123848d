"""Who: users, groups (pelaksana), memberships, and the one place that decides who may do what."""
