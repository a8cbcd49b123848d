"""Errors of people's work: what somebody else was quicker at, what is not allowed, who there is; and of the database."""

from engine.errors.branches import Conflict, Forbidden, InputError, LajurError, StorageError

# Conflicts -----------------------------------------------------------------------------------------------------------


class TaskTaken(Conflict):
    """This task was already taken by {assignee}."""


class TaskClosed(Conflict):
    """This task is already finished or was withdrawn."""


class InstanceChanged(Conflict):
    """This case changed meanwhile; reload the page and try again."""


class InstanceClosed(Conflict):
    """This case is already finished or was cancelled."""


class InstanceSuspended(Conflict):
    """This case is suspended; it goes on when somebody resumes it."""


class InstanceActive(Conflict):
    """This case is not suspended."""


class WaitOver(Conflict):
    """This case no longer waits for this: somebody has already said that it has happened, or the case went on without it."""


class NudgedLately(Conflict):
    """Somebody was reminded of this task less than an hour ago."""


class UsernameTaken(Conflict):
    """The username {username} is taken."""


class DefinitionRetired(Conflict):
    """The SOP {key} was withdrawn; new cases cannot be started."""


# Not allowed ---------------------------------------------------------------------------------------------------------


class StartForbidden(Forbidden):
    """Only these groups start cases of this SOP: {groups}."""


class TellForbidden(Forbidden):
    """Only this group says that this has happened: {group}."""


class InstanceForbidden(Forbidden):
    """You have no part in this case."""


class TaskForbidden(Forbidden):
    """This task is for another group: {group}."""


class FilterForeign(Forbidden):
    """This list belongs to somebody else; save it under a name of your own."""


class FilterGroupForeign(Forbidden):
    """You can share lists with your own groups only, not with {group}."""


class RoleNeeded(Forbidden):
    """This needs the role {role}."""


class DelegationForbidden(Forbidden):
    """Only who has this task hands it to somebody else."""


class HandBackForbidden(Forbidden):
    """Nobody handed this task to you."""


class PlanForbidden(Forbidden):
    """Only who has this task, or a manager, decides that."""


class NudgeForbidden(Forbidden):
    """Only who waits for this task may remind of it."""


# What was written ----------------------------------------------------------------------------------------------------


class ReasonMissing(InputError):
    """Say why; the reason is kept in the history."""


class ReasonTooLong(InputError):
    """A reason has at most {longest} characters."""


class CommentInvalid(InputError):
    """A comment has 1 to {longest} characters."""


class MentionUnknown(InputError):
    """Nobody here is called @{username}."""


class MentionForbidden(InputError):
    """@{username} has no part in this case and would not see the comment."""


class NotCandidate(InputError):
    """{name} is no member of the group that this task is for."""


class NotAlike(InputError):
    """Only tasks of one step can be completed alike."""


class TooManyTasks(InputError):
    """At most {most} tasks at a time."""


# Who -----------------------------------------------------------------------------------------------------------------


class UsernameInvalid(InputError):
    """The username {username} is not valid: it has 1 to 64 small letters, figures, dots, hyphens or underscores."""


class NameInvalid(InputError):
    """A person's name has 1 to {longest} characters."""


class TokenInvalid(LajurError):
    """This needs a valid token of a system that may send messages.

    HTTP 401.
    """


class TokenNameInvalid(InputError):
    """A token's name has 1 to {longest} letters, figures, blanks, dots, hyphens or underscores."""


class TokenNameTaken(Conflict):
    """There is a valid token {name} already; revoke it first."""


class TokenEnded(InputError):
    """A token cannot end in the past."""


class BusinessKeyInvalid(InputError):
    """A case number has 1 to {longest} characters that can be seen.

    The business key; the web calls it so.
    """


class FilterNameInvalid(InputError):
    """A list's name has 1 to {longest} characters that can be seen."""


class FiltersFull(InputError):
    """You have {most} lists already; remove one first."""


class PasswordWeak(InputError):
    """The password must have at least {length} characters, letters and figures, and not contain the username."""


# Storage -------------------------------------------------------------------------------------------------------------


class DatabaseBusy(StorageError):
    """The database is busy; try again in a moment."""


class DatabaseGone(StorageError):
    """The database cannot be reached: {reason}"""


class SchemaOutdated(StorageError):
    """The database has schema {found}, this version of Lajur needs {wanted}; run: lajur db upgrade"""


class SchemaNewer(SchemaOutdated):
    """The database has schema {found}, newer than {wanted}, which this Lajur knows; run: pip install --upgrade lajur"""
