"""The list of models that can be got."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.errors import ContentError
from companion.keeping.known_models import load_known_models, read_known_models

WHOLE = {
    "name": '"small"',
    "language": '"en-US"',
    "licence": '"Apache-2.0"',
    "url": '"https://example.org/small.zip"',
    "size": "41000000",
}


def written(folder: Path, *models: dict[str, str]) -> Path:
    """A models.toml with these models."""
    path = folder / "models.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "".join(
            "[[model]]\n" + "".join(f"{key} = {value}\n" for key, value in model.items())
            for model in models
        )
    )
    return path


def test_the_shipped_models_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its licence, its size and a checksum, and comes by https; a small one is first."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    known = load_known_models()
    assert known[0].name == "vosk-model-small-en-us-0.15"
    for model in known:
        assert model.url.startswith("https://")
        assert model.url.endswith(f"/{model.name}.zip")
        assert model.licence == "Apache-2.0"
        assert model.sha256 is not None
        assert 10_000_000 < model.size < 200_000_000
        assert model.unpacked is None or model.size < model.unpacked < 5 * model.size


def test_a_language_without_a_list_has_the_english_one() -> None:
    """Nobody is left without a recogniser."""
    assert load_known_models("fi") == load_known_models("en")


def test_a_household_adds_and_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own list wins by name; what may be left out is then not known."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    first = load_known_models()[0]
    written(tmp_path / "companion" / "scripts" / "en", WHOLE, {**WHOLE, "name": f'"{first.name}"'})
    known = {model.name: model for model in load_known_models()}
    assert known["small"].sha256 is None
    assert known["small"].unpacked is None
    assert known[first.name].url == "https://example.org/small.zip"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("name", '"../small"', "letters, digits, dots, dashes and underscores"),
        ("name", '".small"', "letters, digits, dots, dashes and underscores"),
        ("url", '"http://example.org/small.zip"', 'such as "https://'),
        ("url", '"ftp://example.org/small.zip"', 'such as "https://'),
        ("url", '"https://example.org/a b.zip"', 'such as "https://'),
        ("size", "0", "a number of bytes"),
        ("size", '"41 MB"', "a number of bytes"),
        ("sha256", '"30f2"', "64 digits"),
        ("unpacked", "-1", "a number of bytes"),
        ("colour", '"red"', "there is no key colour"),
    ],
)
def test_a_wrong_entry_is_one_sentence(key: str, value: str, said: str, tmp_path: Path) -> None:
    """It names the file, the key, and what is allowed."""
    path = written(tmp_path, {**WHOLE, key: value})
    with pytest.raises(ContentError) as caught:
        read_known_models(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", list(WHOLE))
def test_what_is_needed_is_asked_for(key: str, tmp_path: Path) -> None:
    """Without any of these a model cannot be got."""
    path = written(tmp_path, WHOLE, {name: text for name, text in WHOLE.items() if name != key})
    with pytest.raises(ContentError, match=rf"\[\[model\]\] 2 needs {key}"):
        read_known_models(path)


def test_a_name_stands_for_one_model(tmp_path: Path) -> None:
    """Two of one name could not be told apart."""
    with pytest.raises(ContentError, match="the name small is there twice"):
        read_known_models(written(tmp_path, WHOLE, WHOLE))


@pytest.mark.parametrize("text", ['models = "all"', 'model = "small"', "model = [3]", "small"])
def test_another_kind_of_file_is_refused(text: str, tmp_path: Path) -> None:
    """Only tables headed [[model]]."""
    path = tmp_path / "models.toml"
    path.write_text(text)
    with pytest.raises(ContentError, match=r"models\.toml: "):
        read_known_models(path)
