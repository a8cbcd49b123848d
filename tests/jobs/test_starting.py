"""A message from outside that starts a case."""

from engine.store import models
from tests.diagrams_made import diagram, flow, node, task


def test_a_message_starts_a_case_under_its_key(works):
    letter = diagram(
        "surat",
        [
            node("startEvent", "datang", "Staf", '<bpmn:messageEventDefinition messageRef="m"/>'),
            task("catat"),
            node("endEvent", "selesai"),
        ],
        [flow("datang", "catat"), flow("catat", "selesai")],
        before='<bpmn:message id="m" name="Surat masuk"/>',
    )
    works.deploy(surat=letter)
    receipt = works.send("Surat masuk", "005/17")
    assert receipt.status == "started"
    [case] = works.rows(models.instances)
    assert (case.id, case.business_key) == (receipt.instance_id, "005/17")
    assert works.open(case.id) == ["catat"]
