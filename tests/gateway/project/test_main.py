from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from gateway.project.cli import parser
from tests.gateway.project.gateways import Gateway, gateway_in


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway_in(tmp_path_factory.mktemp("commands")) as made:
        made.command("site", "add", "main", "Main school")
        yield made


def commands(of: ArgumentParser, before: str = "") -> list[tuple[str, ArgumentParser]]:
    """Every command that does something, by all of its words."""
    groups = [action for action in of._actions if isinstance(action, _SubParsersAction)]
    if not groups:
        return [(before, of)]
    return [
        found
        for group in groups
        for name, command in group.choices.items()
        for found in commands(command, f"{before} {name}".strip())
    ]


ALL = commands(parser())


@pytest.mark.parametrize("command", [c for _, c in ALL], ids=[name for name, _ in ALL])
def test_every_command_says_what_it_does_and_can_be_done(command: ArgumentParser) -> None:
    module, _, deed = str(command.get_default("deed")).rpartition(".")

    assert command.description
    assert callable(getattr(import_module(f"gateway.project.{module}"), deed))


@pytest.mark.integration
def test_a_new_kiosk_gets_a_settings_file_that_works(gateway: Gateway, tmp_path: Path) -> None:
    done = gateway.command("kiosk", "add", "front-door", "--site", "main")

    assert done.returncode == 0, done.stderr
    assert 'kiosk = "front-door"' in done.stdout
    assert f"port = {gateway.broker}" in done.stdout


@pytest.mark.integration
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("kiosk", "add", "x", "--site", "nowhere"), "there is no site nowhere"),
        (("kiosk", "out", "x", "--because", "broken"), "no kiosk is called x"),
        (("site", "add", "main", "Again"), "main"),
        (("site", "add", "moon", "Moon", "--zone", "Moon/Base"), "Moon/Base"),
        (("token", "nobody"), "add-user comes first"),
        (("import", "people", "/no/such/file"), "/no/such/file"),
        (("sync",), "no ERP is connected"),
        (("add-user", "mia"), "at least 8 characters"),
    ],
)
def test_wrong_input_ends_with_one_line_that_says_what_is_wrong(
    gateway: Gateway, words: tuple[str, ...], said: str
) -> None:
    done = gateway.command(*words)

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.integration
@pytest.mark.parametrize("text", [b'secret_key = "swordfish', b"\x9b\xff"])
def test_a_file_that_is_no_toml_stops_the_gateway(tmp_path: Path, text: bytes) -> None:
    gateway = Gateway(tmp_path)
    gateway.settings.write_bytes(text)

    done = gateway.command("run")

    assert done.returncode == 2
    assert f"{gateway.settings} is no TOML file" in done.stderr
    assert "Traceback" not in done.stderr
    assert "swordfish" not in done.stderr


@pytest.mark.integration
def test_without_a_settings_file_the_gateway_says_so(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.settings.unlink()

    done = gateway.command("check")

    assert done.returncode == 2
    assert f"there is no settings file {gateway.settings}" in done.stderr


@pytest.mark.integration
def test_a_misspelt_setting_stops_the_gateway_before_it_starts(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.settings.write_text('secret_kee = "secret-value"', encoding="utf-8")

    done = gateway.command("run")

    assert done.returncode == 2
    assert "secret_kee: extra inputs are not permitted" in done.stderr
    assert "secret-value" not in done.stderr


@pytest.mark.integration
def test_people_come_in_from_a_file_all_or_none(gateway: Gateway, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("external_id,given_name,family_name,card\n7,Mia,Keller,04A224B1C95E80\n8,,,\n")

    refused = gateway.command("import", "people", str(file))
    file.write_text("external_id,given_name,family_name,card\n7,Mia,Keller,04A224B1C95E80\n")
    taken = gateway.command("import", "people", str(file))

    assert (refused.returncode, taken.returncode) == (2, 0)
    assert "line 3" in refused.stdout
    assert "nothing was imported: 1 problem in 2 lines" in refused.stdout
    assert "1 line: 1 new, 0 changed, 0 unchanged, 0 enrolled, 1 card\n" in taken.stdout


@pytest.mark.integration
def test_a_login_may_have_a_token(gateway: Gateway) -> None:
    added = gateway.command("add-user", "office", text="long-enough\n")
    issued = gateway.command("token", "office")

    assert (added.returncode, issued.returncode) == (0, 0)
    assert issued.stdout.startswith("muster_")


@pytest.mark.integration
def test_a_student_s_login_is_a_person_s(gateway: Gateway, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("external_id,given_name,family_name\n8,Ben,Berg\n")
    gateway.command("import", "people", str(file))
    student = ("add-user", "ben", "--role", "student")

    nobody = gateway.command(*student, text="long-enough\n")
    somebody = gateway.command(*student, "--person", "1", text="long-enough\n")

    assert (nobody.returncode, somebody.returncode) == (2, 0)
    assert "needs a person: name its number" in nobody.stderr


@pytest.mark.integration
def test_a_kiosk_whose_file_was_lost_gets_a_new_one(gateway: Gateway) -> None:
    first = gateway.command("kiosk", "add", "back-door", "--site", "main")

    renewed = gateway.command("kiosk", "renew", "back-door", "--broker-host", "10.0.0.2")

    assert renewed.returncode == 0, renewed.stderr
    assert 'host = "10.0.0.2"' in renewed.stdout
    assert renewed.stdout.count("password") == 1
    assert first.stdout != renewed.stdout


@pytest.mark.integration
def test_a_kiosk_goes_out_of_service_and_comes_back(gateway: Gateway) -> None:
    gateway.command("kiosk", "add", "side-door", "--site", "main")

    out = gateway.command("kiosk", "out", "side-door", "--because", "screen broken")
    listed = gateway.command("kiosk", "list").stdout
    back = gateway.command("kiosk", "in", "side-door")

    assert (out.returncode, back.returncode) == (0, 0)
    assert "side-door            main         out of service" in listed


@pytest.mark.integration
def test_the_audit_says_that_all_is_whole_or_what_is_wrong(gateway: Gateway) -> None:
    whole = gateway.command("verify-audit")
    wrong = gateway.command("verify-audit", "--seal", "0" * 64)

    assert (whole.returncode, whole.stdout) == (0, "everything is as it was said; no seal yet\n")
    assert wrong.returncode == 1
    assert wrong.stdout.splitlines() == [
        "the store: the seal is missing",
        "found wrong: 1; no seal yet",
    ]
