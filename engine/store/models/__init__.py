"""All tables. Statements are SQLAlchemy Core; there is no mapped class between a row and the code that uses it.

Names are BPM's words in the plural. Whoever changes a table here adds a migration: a test compares the two.
"""

from engine.store.models.base import metadata as metadata
from engine.store.models.definitions import definitions as definitions
from engine.store.models.definitions import deployments as deployments
from engine.store.models.definitions import forms as forms
from engine.store.models.definitions import participants as participants
from engine.store.models.desk import attachments as attachments
from engine.store.models.desk import comments as comments
from engine.store.models.desk import drafts as drafts
from engine.store.models.desk import filters as filters
from engine.store.models.desk import notices as notices
from engine.store.models.desk import words as words
from engine.store.models.people import groups as groups
from engine.store.models.people import memberships as memberships
from engine.store.models.people import offices as offices
from engine.store.models.people import password_resets as password_resets
from engine.store.models.people import recovery_codes as recovery_codes
from engine.store.models.people import sign_ins as sign_ins
from engine.store.models.people import substitutions as substitutions
from engine.store.models.people import throttles as throttles
from engine.store.models.people import tokens as tokens
from engine.store.models.people import users as users
from engine.store.models.running import history as history
from engine.store.models.running import instances as instances
from engine.store.models.running import jobs as jobs
from engine.store.models.running import messages as messages
from engine.store.models.running import subscriptions as subscriptions
from engine.store.models.running import tasks as tasks
