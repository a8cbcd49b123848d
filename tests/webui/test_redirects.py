import pytest

from webui import redirects


@pytest.mark.parametrize("path", ["/", "/tasks/1?scope=mine&q=a%20b", "/instances/x#history"])
def test_a_path_of_this_site_is_local(path):
    assert redirects.local(path) == path


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "tasks",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/ok\r\nSet-Cookie: a=b",
        "/\tevil",
        "http:///evil.example",
        "/" + "a" * 3000,
    ],
)
def test_everything_else_is_not(target):
    assert redirects.local(target) is None
