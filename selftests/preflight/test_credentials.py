import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from requests_mock import Mocker
from urllib3.exceptions import MaxRetryError

from fixtures.core.settings import SETTINGS
from fixtures.preflight.credentials import credential_problems
from selftests.nobody import told_to_nobody
from selftests.tools.fake_keystone import KEYSTONE, VERSION, keystone, token

OS = {
    "OS_AUTH_URL": KEYSTONE,
    "OS_USERNAME": "alice",
    "OS_PASSWORD": "s3cret",
    "OS_PROJECT_NAME": "demo",
    "OS_USER_DOMAIN_NAME": "Default",
    "OS_PROJECT_DOMAIN_NAME": "Default",
    "OS_REGION_NAME": "RegionOne",
}
TOKENS = f"{KEYSTONE}/auth/tokens"
UNTRUSTED = (
    "HTTPSConnectionPool(host='controller', port=5000): Max retries exceeded with url: /v3 (Caused by SSLError("
    "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {} (_ssl.c:1006)')))"
)


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No clouds.yaml of whoever runs this."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("fixtures.preflight.clouds_file.CONFIG_FILES", [str(tmp_path / "clouds.yaml")])
    for name in os.environ:
        if name.startswith("OS_"):
            monkeypatch.delenv(name)


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in OS.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def problems(cloud: str | None = None) -> list[str]:
    config: Any = SimpleNamespace(
        option=SimpleNamespace(), stash={SETTINGS: SimpleNamespace(cloud=cloud, timeout_scale=1)}
    )
    told = credential_problems(config)
    assert "s3cret" not in str(told)
    assert "ConnectionPool" not in str(told)
    assert all(line.count("\n") == 0 and ". Fix: " in line for line in told)
    return told


def the_problem(cloud: str | None = None) -> str:
    [told] = problems(cloud)
    return told


def test_what_keystone_takes_is_no_problem(requests_mock: Mocker, env: pytest.MonkeyPatch) -> None:
    keystone(requests_mock, "member")
    assert problems() == []
    assert len(requests_mock.request_history) == 2  # its versions, and one token


def test_no_credentials_are_told() -> None:
    assert the_problem().startswith("credentials: none given: neither OS_AUTH_URL nor OS_CLOUD nor --os-cloud. ")


@pytest.mark.parametrize("name", ["OS_USERNAME", "OS_PASSWORD"])
def test_a_missing_variable_is_named(env: pytest.MonkeyPatch, name: str) -> None:
    env.delenv(name)
    assert the_problem().startswith(f"{name}: missing. ")


def test_a_url_without_its_scheme_is_told(env: pytest.MonkeyPatch) -> None:
    env.setenv("OS_AUTH_URL", "controller:5000/v3")
    assert the_problem().startswith("OS_AUTH_URL=controller:5000/v3: no URL. ")


def test_a_missing_certificate_is_told(env: pytest.MonkeyPatch) -> None:
    env.setenv("OS_CACERT", "/nofile")
    assert the_problem().startswith("OS_CACERT=/nofile: no such file. ")


@pytest.mark.parametrize(
    ("file", "seen"),
    [("~nosuchuser/ca.pem", "no such file"), ("a" * 300, "cannot be read: File name too long")],
)
@pytest.mark.parametrize("name", ["OS_CACERT", "OS_CERT", "OS_KEY"])
def test_a_certificate_whose_path_cannot_be_used_is_told(
    env: pytest.MonkeyPatch, name: str, file: str, seen: str
) -> None:
    env.setenv(name, file)
    assert the_problem().startswith(f"{name}={file}: {seen}. ")


def test_the_certificates_of_a_cloud_may_be_in_a_folder(
    requests_mock: Mocker, env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keystone(requests_mock, "member")
    env.setenv("OS_CACERT", str(tmp_path))
    assert problems() == []


def test_an_unknown_way_to_log_in_is_told(env: pytest.MonkeyPatch) -> None:
    env.setenv("OS_AUTH_TYPE", "pasword")
    assert the_problem().startswith("OS_AUTH_TYPE: no way to log in is called pasword. ")


def test_a_wrong_password_is_told(requests_mock: Mocker, env: pytest.MonkeyPatch) -> None:
    requests_mock.get(KEYSTONE, json=VERSION)
    requests_mock.post(TOKENS, status_code=401)
    seen = "OS_PASSWORD: Keystone refuses user alice with this password for project demo. "
    assert the_problem().startswith(seen)


@pytest.mark.parametrize("status", [401, 404])
def test_an_expired_token_is_told(requests_mock: Mocker, env: pytest.MonkeyPatch, status: int) -> None:
    env.setenv("OS_AUTH_TYPE", "v3token")
    env.setenv("OS_TOKEN", "s3cret")
    for name in ("OS_USERNAME", "OS_PASSWORD", "OS_USER_DOMAIN_NAME"):
        env.delenv(name)
    requests_mock.get(KEYSTONE, json=VERSION)
    refusal = {"error": {"message": "Could not recognize Fernet token", "code": status}}
    said_as = {"Content-Type": "application/json"}
    requests_mock.post(TOKENS, status_code=status, json=refusal, headers=said_as)
    assert the_problem() == (
        "OS_TOKEN: Keystone refuses it: it has expired, or is none. Fix: openstack token issue gives a new one"
    )


@pytest.mark.parametrize(
    ("reason", "fix"),
    [
        ("self-signed certificate", "set OS_CACERT to"),
        ("certificate has expired", "have it issued anew"),
        ("Hostname mismatch, certificate is not valid for 'controller'", "write a name that the certificate has"),
    ],
)
def test_an_untrusted_certificate_is_told(
    requests_mock: Mocker, env: pytest.MonkeyPatch, reason: str, fix: str
) -> None:
    requests_mock.get(KEYSTONE, exc=requests.exceptions.SSLError(UNTRUSTED.format(reason)))
    requests_mock.post(TOKENS, exc=requests.exceptions.SSLError(UNTRUSTED.format(reason)))
    told = the_problem()
    assert told.startswith(f"OS_AUTH_URL={KEYSTONE}: its certificate is not trusted here: {reason}. Fix: {fix}")


def test_no_tls_is_told(requests_mock: Mocker, env: pytest.MonkeyPatch) -> None:
    wrong = requests.exceptions.SSLError("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
    requests_mock.get(KEYSTONE, exc=wrong)
    requests_mock.post(TOKENS, exc=wrong)
    assert "speaks no TLS. Fix: write http://" in the_problem()


def test_a_closed_port_is_told(env: pytest.MonkeyPatch) -> None:
    env.setenv("OS_AUTH_URL", "http://127.0.0.1:1/v3")
    assert the_problem().startswith(
        "OS_AUTH_URL=http://127.0.0.1:1/v3: Keystone cannot be reached: Connection refused. "
    )


def test_an_unknown_name_is_told(env: pytest.MonkeyPatch) -> None:
    env.setenv("OS_AUTH_URL", "http://nowhere.invalid:5000/v3")
    assert the_problem().startswith("OS_AUTH_URL=http://nowhere.invalid:5000/v3: Keystone cannot be reached: ")


def test_no_answer_in_time_is_told(requests_mock: Mocker, env: pytest.MonkeyPatch) -> None:
    slow = requests.exceptions.ConnectTimeout(MaxRetryError(None, "/v3", OSError("timed out")))  # type: ignore[arg-type]
    requests_mock.get(KEYSTONE, exc=slow)
    requests_mock.post(TOKENS, exc=slow)
    assert "Keystone cannot be reached: no answer in time. " in the_problem()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://127.0.0.1:1/identity"])
def test_a_closed_port_is_told_also_where_the_url_names_no_version(env: pytest.MonkeyPatch, url: str) -> None:
    env.setenv("OS_AUTH_URL", url)
    assert the_problem().startswith(f"OS_AUTH_URL={url}: Keystone cannot be reached: Connection refused. ")


@pytest.mark.parametrize("status", [404, 405, 501])
def test_another_service_at_the_url_is_told(requests_mock: Mocker, env: pytest.MonkeyPatch, status: int) -> None:
    requests_mock.get(KEYSTONE, status_code=status)
    requests_mock.post(TOKENS, status_code=status)
    assert the_problem().startswith(f"OS_AUTH_URL={KEYSTONE}: what answers there is no Keystone. ")


def test_a_web_page_at_the_url_is_told(requests_mock: Mocker, env: pytest.MonkeyPatch) -> None:
    env.setenv("OS_AUTH_URL", "http://controller/")
    requests_mock.get("http://controller/", text="<html>\nIt works!\n</html>")
    assert the_problem().startswith("OS_AUTH_URL=http://controller/: what answers there is no Keystone. ")


def test_a_broken_keystone_is_told(requests_mock: Mocker, env: pytest.MonkeyPatch) -> None:
    requests_mock.get(KEYSTONE, status_code=503)
    requests_mock.post(TOKENS, status_code=503)
    assert the_problem().startswith(f"OS_AUTH_URL={KEYSTONE}: Keystone answers with HTTP 503. ")


def test_an_unknown_region_is_told(requests_mock: Mocker, env: pytest.MonkeyPatch) -> None:
    env.setenv("OS_REGION_NAME", "Nowhere")
    keystone(requests_mock, "member")
    told = "OS_REGION_NAME=Nowhere: the catalogue has only RegionOne, RegionTwo. Fix: give one of these"
    assert the_problem() == told


def test_a_token_for_no_project_is_told(requests_mock: Mocker, env: pytest.MonkeyPatch) -> None:
    env.delenv("OS_PROJECT_NAME")
    unscoped = token("member")
    del unscoped["token"]["project"], unscoped["token"]["catalog"]
    requests_mock.get(KEYSTONE, json=VERSION)
    requests_mock.post(TOKENS, json=unscoped, headers={"X-Subject-Token": "t0ken"})
    assert the_problem().startswith("OS_PROJECT_NAME: the token is for no project. ")


CLOUDS = f"""
clouds:
  demo:
    auth: {{auth_url: "{KEYSTONE}", username: alice, password: s3cret, project_name: demo, user_domain_name: Default}}
  half:
    auth: {{auth_url: "{KEYSTONE}", username: alice}}
"""


@pytest.fixture
def clouds_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "clouds.yaml"
    file.write_text(CLOUDS)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    return file


def test_an_unknown_cloud_is_told(clouds_yaml: Path) -> None:
    told = f"--os-cloud=prod: no such cloud; {clouds_yaml} has demo, half. Fix: --os-cloud=demo"
    assert the_problem("prod") == told


def test_the_nearest_cloud_is_offered(clouds_yaml: Path) -> None:
    students = "".join(f"  student{number}: {{auth: {{}}}}\n" for number in (1, 2, 31, 4, 5, 6))
    clouds_yaml.write_text(f"clouds:\n  admin: {{auth: {{}}}}\n{students}")
    there = "admin, student1, student2, student31, student4 and 2 more"
    assert the_problem("student3") == (
        f"--os-cloud=student3: no such cloud; {clouds_yaml} has {there}. Fix: --os-cloud=student31"
    )


def test_an_unknown_cloud_of_the_variable_is_told(clouds_yaml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_CLOUD", "prod")
    assert the_problem().startswith("OS_CLOUD=prod: no such cloud; ")


def test_a_cloud_without_a_file_is_told() -> None:
    assert the_problem("prod").startswith("--os-cloud=prod: no such cloud; there is no clouds.yaml. ")


def test_an_entry_that_lacks_a_key_is_told(clouds_yaml: Path) -> None:
    assert the_problem("half").startswith(f"password of cloud half in {clouds_yaml}: missing. ")


def test_the_file_is_named_for_a_wrong_password(requests_mock: Mocker, clouds_yaml: Path) -> None:
    requests_mock.get(KEYSTONE, json=VERSION)
    requests_mock.post(TOKENS, status_code=401)
    assert the_problem("demo").startswith(f"password of cloud demo in {clouds_yaml}: Keystone refuses user alice ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("clouds:\n  demo: {auth: [\n x: y\n", "no YAML: "),
        ("clouds:\n\tdemo: {}\n", "no YAML: "),
        ("- a\n- b\n", "no mapping `clouds:` of clouds"),
        ("clouds: [demo]\n", "no mapping `clouds:` of clouds"),
        ("", "no mapping `clouds:` of clouds"),
    ],
)
def test_a_malformed_file_is_told(clouds_yaml: Path, content: str, told: str) -> None:
    clouds_yaml.write_text(content)
    assert the_problem("demo").startswith(f"{clouds_yaml}: {told}")


ENTRIES = f"""
clouds:
  demo:
    auth: {{auth_url: "{KEYSTONE}", username: alice, password: s3cret, project_name: demo, user_domain_name: Default}}
  empty:
  word: s3cret
  no_auth: {{auth: }}
  text: {{auth: s3cret}}
  no_url: {{auth: {{auth_url: , password: s3cret}}}}
  list: {{auth: {{auth_url: "{KEYSTONE}", password: [s3cret]}}}}
"""


@pytest.mark.parametrize(
    ("cloud", "place", "seen"),
    [
        ("empty", "", "empty"),
        ("word", "", "no mapping"),
        ("no_auth", "auth of ", "empty"),
        ("text", "auth of ", "no mapping"),
        ("no_url", "auth_url of ", "empty"),
        ("list", "password of ", "no text"),
    ],
)
def test_a_malformed_entry_is_told(clouds_yaml: Path, cloud: str, place: str, seen: str) -> None:
    clouds_yaml.write_text(ENTRIES)
    assert the_problem(cloud).startswith(f"{place}cloud {cloud} in {clouds_yaml}: {seen}. Fix: ")


def test_the_other_clouds_of_the_file_may_be_anything(requests_mock: Mocker, clouds_yaml: Path) -> None:
    clouds_yaml.write_text(ENTRIES)
    keystone(requests_mock, "member")
    assert problems("demo") == []


def test_the_only_cloud_is_taken_where_none_is_named(clouds_yaml: Path) -> None:
    clouds_yaml.write_text("clouds:\n  demo:\n")
    assert the_problem().startswith(f"cloud demo in {clouds_yaml}: empty. ")


def test_what_openstacksdk_does_not_understand_is_told_with_its_place(clouds_yaml: Path) -> None:
    clouds_yaml.write_text("clouds:\n  demo: {profile: [a], auth: {}}\n")
    assert the_problem("demo").startswith(f"cloud demo in {clouds_yaml}: ")


def test_a_folder_in_the_place_of_the_file_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path))
    assert the_problem("demo").startswith(f"OS_CLIENT_CONFIG_FILE={tmp_path}: not a file. ")
    assert the_problem() == the_problem("demo")


def test_a_file_that_may_not_be_read_is_told(clouds_yaml: Path) -> None:
    clouds_yaml.chmod(0)
    told = told_to_nobody(the_problem, "demo")
    assert told.startswith(f"OS_CLIENT_CONFIG_FILE={clouds_yaml}: cannot be read: Permission denied. ")


def test_a_file_in_its_usual_place_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "clouds.yaml").touch(mode=0)
    told = told_to_nobody(the_problem, "demo")
    assert told.startswith(f"{tmp_path}/clouds.yaml: cannot be read: Permission denied. ")


def test_a_file_that_is_not_there_is_told_unless_another_is(
    monkeypatch: pytest.MonkeyPatch, requests_mock: Mocker, tmp_path: Path
) -> None:
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", "/nofile")
    assert the_problem("demo").startswith("OS_CLIENT_CONFIG_FILE=/nofile: no such file. ")
    (tmp_path / "clouds.yaml").write_text(CLOUDS)
    monkeypatch.setattr("openstack.config.loader.CONFIG_FILES", [str(tmp_path / "clouds.yaml")])
    keystone(requests_mock, "member")
    assert problems("demo") == []


def test_variables_need_no_file(requests_mock: Mocker, env: pytest.MonkeyPatch, tmp_path: Path) -> None:
    env.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path))
    keystone(requests_mock, "member")
    assert problems() == []
