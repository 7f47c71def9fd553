"""What commands may know."""

from __future__ import annotations

from pycode.tools.environment import clean_environment


def test_secrets_go_and_the_rest_stays() -> None:
    environ = {
        "PATH": "/bin",
        "HOME": "/home/u",
        "LANG": "C.UTF-8",
        "CI": "1",
        "PWD": "/w",
        "OLDPWD": "/",
        "SSH_AUTH_SOCK": "/run/agent",
        "PATHEXT": ".EXE",
        "COMPASS": "n",
        "AUTHOR": "u",
        "TOKENIZERS_PARALLELISM": "false",
        "PAGER": "less",
        "ANTHROPIC_API_KEY": "s",
        "ANTHROPIC_BASE_URL": "s",
        "OPENAI_ORG": "s",
        "AWS_SECRET_ACCESS_KEY": "s",
        "github_token": "s",
        "DB_PASSWORD": "s",
        "GOOGLE_APPLICATION_CREDENTIALS": "s",
        "GH_PAT": "s",
        "MYSQL_PWD": "s",
        "SMTP_PASS": "s",
        "NPM_CONFIG__AUTH": "s",
        "SENTRY_DSN": "s",
        "CI_JOB_JWT": "s",
        "BASH_ENV": "evil.sh",
        "ENV": "evil.sh",
        "BASH_FUNC_ls%%": "() { evil; }",
    }
    assert clean_environment(environ) == {
        "PATH": "/bin",
        "HOME": "/home/u",
        "LANG": "C.UTF-8",
        "CI": "1",
        "PWD": "/w",
        "OLDPWD": "/",
        "SSH_AUTH_SOCK": "/run/agent",
        "PATHEXT": ".EXE",
        "COMPASS": "n",
        "AUTHOR": "u",
        "TOKENIZERS_PARALLELISM": "false",
        "PAGER": "cat",
        "GIT_PAGER": "cat",
        "GIT_EDITOR": "true",
        "GIT_TERMINAL_PROMPT": "0",
        "TERM": "dumb",
        "PYTHONUNBUFFERED": "1",
    }
