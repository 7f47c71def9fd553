"""The rules of the configuration: their examples tried, and those named that can never decide anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pycode.config.report import MOST
from pycode.config.schema import Config
from pycode.core.errors import ConfigError, UsageError
from pycode.permissions.rules import Rule, Source, parse_rules


def configured_rules(config: Config) -> list[Rule]:
    """Return the rules of the user and of the repository; those of agents are only looked at.

    The configuration's warnings get a sentence for each source that has rules which can never decide.

    Raises:
        ConfigError: An example shows that a rule means something else; one line for each.
    """
    problems = list(_wrong_examples(config))
    if problems:
        raise ConfigError("\n".join(problems[:MOST]))
    sources: tuple[tuple[Source, Mapping[str, Mapping[str, str]], str], ...] = (
        ("user", config.permission, "permission"),
        ("repository", config.repository_permission, "repository_permission"),
    )
    found: list[Rule] = []
    for source, value, key in sources:
        rules = parse_rules(value, source)
        _warn(config, rules, key)
        found += rules
    for name, settings in config.agents.items():
        _warn(config, parse_rules(settings.permission, "agent"), f"agents.{name}.permission")
    return found


def _wrong_examples(config: Config) -> Iterator[str]:
    for item in config.rule_examples:
        rule = {"action": item.action, "match": item.match, "not_match": item.not_match}
        try:
            parse_rules({item.permission: {item.pattern: rule}}, "user")
        except UsageError as error:
            yield f"{item.place}: {item.key}: {error}"


def _warn(config: Config, rules: list[Rule], key: str) -> None:
    if not rules:
        return
    from pycode.permissions.rule_examples import useless_rules

    useless = useless_rules(rules)
    if not useless:
        return
    places = [place for name, place in config.sources.items() if name.startswith(f"{key}.")]
    file = places[0].rpartition(":")[0] or places[0] if places else key
    sentence = f"{file}: {'; '.join(useless)}"
    if sentence not in config.warnings:
        config.warnings.append(sentence)
