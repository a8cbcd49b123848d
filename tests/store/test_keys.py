import threading
import time
from uuid import RFC_4122

from engine.store import keys


def test_keys_are_uuid_7_of_now():
    before = time.time_ns() // 1_000_000
    key = keys.new()
    assert (key.version, key.variant) == (7, RFC_4122)
    assert before <= key.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_keys_only_grow_and_never_repeat():
    made = [keys.new() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert all(key.version == 7 for key in made)


def test_threads_share_the_order():
    made = []

    def make():
        made.extend([keys.new() for _ in range(3000)])

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 12_000
