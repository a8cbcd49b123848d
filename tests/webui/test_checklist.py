"""The web's checklist of hostile input, bound to our tests: a case without a test, and without a reason, fails here."""

import importlib
import json

import pytest

from tests.shared import shared

HERE = "tests.webui"
BOUND = {
    "authz_analyst_not_admin": "test_access:test_a_lane_called_admin_makes_nobody_one",
    "authz_url_suffix": "test_security:test_no_trick_with_the_path_gets_round_a_denial",
    "authz_method_switch": "test_security:test_other_methods_show_nothing",
    "idor_instance": "test_instances:test_what_is_not_mine_looks_like_what_is_not_there",
    "idor_existence": "test_inbox:test_somebody_elses_task_looks_like_one_that_is_not_there",
    "idor_completed": "test_inbox:test_a_finished_task_cannot_be_touched_by_its_old_address",
    "csrf_missing": "test_security:test_a_form_without_its_token_is_refused",
    "csrf_get": "test_security:test_no_page_writes",
    "csrf_content_type": "test_security:test_bodies_that_other_sites_can_send_are_refused",
    "csrf_htmx": "test_security:test_a_form_without_its_token_is_refused",
    "redirect_referrer": "test_i18n:test_going_back_never_leaves_the_site",
    "host_header": "test_security:test_a_foreign_host_leaves_no_trace",
    "csp": "test_security:test_every_answer_is_strict",
    "csp_browser": "tests.browser.test_pages:test_every_page_is_sound",
    "param_cloaking": "test_security:test_doubled_parameters_have_one_reading",
    "session_fixation": "test_auth:test_the_session_is_a_new_one_after_signing_in",
    "session_logout": "test_auth:test_a_cookie_kept_from_before_signing_out_is_dead",
    "session_timeouts": "test_auth:test_a_session_ends_by_idleness_and_by_age",
    "session_tamper": "test_auth:test_a_forged_cookie_is_nobody",
    "secret_key": "test_app:test_a_weak_key_is_refused",
    "user_enumeration": "test_auth:test_a_wrong_name_and_a_wrong_password_look_alike",
    "xss_json_island": "test_instances:test_data_cannot_break_out_of_the_page",
    "ssti": "test_instances:test_data_cannot_break_out_of_the_page",
    "feel_in_variables": "test_inbox:test_values_that_look_like_code_are_text",
    "redos_inputs": "test_security:test_long_inputs_are_answered_at_once",
    "prototype_browser": "tests.browser.test_pages:test_no_object_is_polluted",
    "upload_who": "test_access:test_each_role_reaches_what_the_table_says",
    "download_filename": "test_definitions:test_the_diagram_is_sent_as_it_was_deployed",
    "download_range": "test_assets:test_ranges_are_not_served",
    "double_submit": "test_races:test_a_completion_sent_many_times_counts_once",
    "claim_race": "test_races:test_a_task_claimed_by_many_has_one_assignee",
    "write_lock_hold": "test_races:test_the_body_is_read_before_the_write_lock_is_taken",
    "encoding_inputs": "test_security:test_bad_encodings_never_break_anything",
    "default_account": "test_auth:test_there_is_no_account_that_everybody_knows",
    "authz_substitute_end": "tests.people.test_groups",
    "hash_storage": "tests.people.test_users",
}
NOT_HERE = {
    "idor_draft": "drafts live in the analyst's browser only",
    "websocket_origin": "there are no web sockets and no server-sent events",
    "reset_poisoning": "no mail is sent",
    "session_entropy": "the cookie is signed, not guessed: 256 bits of key",
    "totp_brute": "no TOTP yet",
    "totp_enrol": "no TOTP yet",
    "xss_urls": "no link is made from data",
    "feel_console": "no route evaluates an expression that was sent",
    "ldap_injection": "no LDAP",
    "mail_headers": "no mail is sent",
    "mail_in": "no mail is read",
    "upload_types": "files are not stored yet, only their names",
    "upload_quota": "files are not stored yet, only their names",
    "upload_image_bomb": "files are not stored yet, only their names",
    "upload_xlsx_in": "no table is imported",
    "export_rights": "nothing is exported yet",
    "export_size": "nothing is exported yet",
    "start_flood": "lists are read by key, page by page; a limit per person comes with sign-in throttling",
    "oversize_head": "the server's own limits (granian)",
    "slow_headers": "the server's own limits (granian)",
    "slow_body": "bodies are read before any transaction begins; time limits are the server's",
    "dependencies": "the lock files are audited when they are made",
}


def test_every_case_of_the_checklist_is_bound():
    cases = json.loads(shared("conformance/bad-input/http.json").read_text(encoding="utf-8"))["cases"]
    assert {case["id"] for case in cases} == set(BOUND) | set(NOT_HERE)
    assert not set(BOUND) & set(NOT_HERE)


@pytest.mark.parametrize("case", BOUND)
def test_what_a_case_is_bound_to_is_there(case):
    module, _, name = BOUND[case].partition(":")
    found = importlib.import_module(module if module.startswith("tests.") else f"{HERE}.{module}")
    assert not name or callable(getattr(found, name))
