import gzip

from tests.webui.browsing import somebody


def test_pages_are_compressed_for_who_can_read_it(site):
    client = somebody(site).client
    plain = client.get("/login")
    small = client.get("/login", headers={"Accept-Encoding": "gzip, deflate, br"})
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data)
    assert b"</html>" in gzip.decompress(small.data)
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert "Accept-Encoding" in small.headers["Vary"]


def test_short_answers_are_not(site):
    answer = somebody(site).client.get("/healthz", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
    refused = somebody(site).client.get("/login", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers
