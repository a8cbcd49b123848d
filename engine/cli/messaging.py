"""Messages and signals from a terminal, the messages that nobody got, and the tokens by which other systems send theirs."""

import sys
from collections.abc import Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from uuid import UUID

import click

from engine import errors
from engine.cli import data
from engine.jobs import mailbox, messages, payloads, signals
from engine.people import access, groups
from engine.people import tokens as tokens_

_PAGE = 1000
_MINUTE = "%Y-%m-%d %H:%M"


@click.command(short_help="Hand a message to the case that waits for it.")
@click.argument("name")
@click.option("--key", help="The case's number (business key), on which case and message must agree.")
@click.option("--data", "given", default="{}", metavar="JSON|@FILE", help="What it says; @- reads standard input.")
@click.option("--instance", metavar="ID", help="The case's id, where it is known.")
@click.option(
    "--keep", default="P7D", show_default=True, help="How long it waits for somebody to wait for it; PT0S: not."
)
def message(name: str, key: str | None, given: str, instance: str | None, keep: str) -> None:
    """Hand the message NAME to the case that waits for it, start a case with it, or keep it until somebody waits.

    Exit code 1 where nobody gets it: the case does not wait for it, has ended or is suspended, several cases wait and no key
    says which, or nobody waits and it is not to be kept.

    \b
    Examples:
      lajur message "Surat balasan" --key 094/17 --data '{"nomor": "800/12"}'
      lajur message "Surat tiba" --data @surat.json --keep PT0S
    """
    payload = _payload(given)
    now = data.now()
    with data.opened() as (_, store):
        with store.begin() as session:
            receipt = messages.send(
                session,
                name,
                data=payload,
                actor=access.SYSTEM,
                now=now,
                key=key,
                instance_id=data.instance_id(instance),
                keep=payloads.keeping(keep, now),
            )
        if receipt.status == "expired":
            raise errors.MessageUnwanted(name=name)
        if receipt.until is None:
            got = "started the case" if receipt.status == "started" else "delivered to the case"
            click.echo(f"{name}: {got} {receipt.instance_id}")
        else:
            with store.read() as session:
                until = groups.office(session).local(receipt.until)
            click.echo(f"{name}: nobody waits for it yet; kept until {until:{_MINUTE}}")


@click.command(short_help="Tell a signal to all who listen.")
@click.argument("name")
@click.option("--data", "given", default="{}", metavar="JSON|@FILE", help="What it says; @- reads standard input.")
def signal(name: str, given: str) -> None:
    """Tell the signal NAME to every case that listens and every process that it starts.

    Each gets it in a moment, by the worker.
    """
    payload = _payload(given)
    with data.opened() as (_, store), store.begin() as session:
        count = signals.send(session, name, data=payload, actor=access.SYSTEM, now=data.now())
    click.echo(f"{name}: {count} listen")


@click.command(short_help="Show the messages that nobody got.")
@click.option("--expired", is_flag=True, help="Those whose time was over before anybody waited for them.")
def kept(*, expired: bool) -> None:
    """Show the messages that are kept until somebody waits for them, the oldest first.

    Each line has when it came, its name, key and sender, and until when it is kept.
    """
    with data.opened() as (_, store):
        after: UUID | None = None
        count = 0
        while True:
            with store.read() as session:
                zone = groups.office(session).zone
                page = list(
                    mailbox.read(
                        session, "expired" if expired else "waiting", actor=access.SYSTEM, after=after, limit=_PAGE
                    )
                )
            for each in page:
                click.echo(_line(each, zone))
            count += len(page)
            if len(page) < _PAGE:
                break
            after = page[-1].id
    click.echo(f"{count} {'expired' if expired else 'kept'}.")


def _line(each: mailbox.Kept, zone: tzinfo) -> str:
    sent, until = (moment.astimezone(zone).strftime(_MINUTE) for moment in (each.sent_at, each.until))
    return f"{sent}  {each.name:32} {each.key or '-':24} {each.sender:24} until {until}"


@click.group()
def tokens() -> None:
    """Keep the tokens by which other systems send messages and signals (POST /api/messages/NAME, /api/signals/NAME)."""


@tokens.command("add")
@click.argument("name")
@click.option("--until", metavar="DATE", help="It counts no longer from then on: 2027-01-01, or 2027-01-01T08:00.")
def add(name: str, until: str | None) -> None:
    """Make a token for the system NAME and print it, once.

    The system sends it as the header `Authorization: Bearer TOKEN`. Its messages are told by NAME.
    """
    with data.opened() as (_, store), store.begin() as session:
        end = None if until is None else _moment(until, groups.office(session).zone)
        token, text = tokens_.create(session, name, actor=access.SYSTEM, now=data.now(), until=end)
    click.echo(f"{token.name} can send with: {text}")


@tokens.command("list")
def show() -> None:
    """Show the tokens: name, whether it counts, who made it when and until when it counts."""
    with data.opened() as (_, store), store.read() as session:
        office = groups.office(session)
        for each in tokens_.list(session, actor=access.SYSTEM):
            until = "" if each.until is None else f"  until {office.local(each.until):{_MINUTE}}"
            made = f"{office.local(each.created_at):{_MINUTE}} by {each.created_by or 'the command line'}"
            click.echo(f"{each.name:32} {each.status(data.now()):8} {made}{until}")


@tokens.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """Let the token of the system NAME count no longer."""
    with data.opened() as (_, store), store.begin() as session:
        tokens_.revoke(session, name, actor=access.SYSTEM, now=data.now())
    click.echo(f"{name} can send no more.")


def _payload(text: str) -> Mapping[str, object]:
    """Read what --data says."""
    if not text.startswith("@"):
        return payloads.read(text.encode(errors="surrogateescape"))
    try:
        return payloads.read(sys.stdin.buffer.read() if text == "@-" else Path(text[1:]).read_bytes())
    except OSError as error:
        raise errors.MessageInvalid(reason=f"{text[1:]}: {error.strerror}") from None


def _moment(text: str, zone: tzinfo) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        raise errors.InputError(reason=f'"{text}" is no date such as 2027-01-01') from None
