"""The options by which programs write files or run others, and what their operands are: data for `pycode.permissions.effects`.

An entry is an option and what becomes of its value: `-o=w` is written, `-f=r` is read, `--pre=x` is run, `-k=` is a plain value; `-z!`
writes, deletes or runs something by itself, and so does `-e=!` with its value. An option with one dash and several letters is one
word, as in `find`. A long option may be shortened, a short one be joined with others and its value.
"""

from __future__ import annotations

from typing import Final, Literal

_COMPILER: Final = (
    "-o=w -MF=w -save-temps! -dumpdir=w -dumpbase=w -aux-info=w -wrapper=x -fplugin! --plugin=! -B=! -specs=! -x= -I= -L= -l= -D= -include=r"
)
_GREP: Final = "-f=r --file=r --exclude-from=r -e= -A= -B= -C= -m="
_PAGER: Final = (
    "-o=w -O=w --log-file=w --LOG-FILE=w -k=! --lesskey-file=! --lesskey-src=! --lesskey-content=! -T=r --tag-file=r"
)
_PERL: Final = "-I=! -S! -e! -E! -n! -p! -i! -M=! -m=! -x! -s! -d!"
_PYTHON: Final = "-c! -m=! -i! -X=!"

_VI: Final = (
    "-c=! --cmd=! -S=! -s=! -u=! -U=! -w=w -W=w -i=! -e! -E! -q=r -t= -T= -L! --startuptime=w -"
    "-remote! --remote-expr=! --remote-send=! --listen=! --server=! -l=!"
)

OPTIONS: Final[dict[str, str]] = {
    "7z": "-o=w -p=",
    "ack": "--pager=x --output=! -f=r",
    "ag": "--pager=x -p=r --path-to-ignore=r",
    "aria2c": "-o=w -d=w -i=r --out=w --dir=w --on-download-complete=x",
    "awk": "-f=! --file=! -E=! --exec=! -i=! --include=! -l=! --load=! -o! --pretty-print! -p! --profile! -d! -D! -v= -F=",
    "base64": "-o=w -i=r -w=",
    "bat": "--pager=x --paging=! --generate-config-file! -l= -r=",
    "bc": "",
    "bind": "-x=x -f=!",
    "bun": "-e! --eval! -p! --print! -r=! --preload=!",
    "bzip2": "-d! -z! -f!",
    "c++": _COMPILER,
    "cargo": "--config=! --target-dir=w --out-dir=w -Z=!",
    "cc": _COMPILER,
    "clang": _COMPILER,
    "clang++": _COMPILER,
    "cmake": "-P=! -B=w -D= -C=! -E! --build=! --install=!",
    "column": "",
    "compgen": "-C=x -F=x -W=",
    "complete": "-C=x -F=x -W=",
    "convert": "-write=w",
    "cp": "-t=w --target-directory=w -S= --suffix=",
    "csplit": "-f=w --prefix=w -b= -n=",
    "ctags": "-o=w -f=w --options=! -L=r",
    "curl": "-o=w --output=w --output-dir=w -O! -D=w --dump-header=w -c=w --cookie-jar=w -K=! --config=! --trace=w"
    " --trace-ascii=w --stderr=w -T=r --upload-file=r --hsts=w --alt-svc=w --etag-save=w -d= --data= --data-raw= --data-binary= --data-urlencode= --json= -F= --form= -H= --header="
    " -X= --request= -u= --user= -A= --user-agent= -e= -m= --max-time= -w= --write-out= --retry=",
    "date": "-s! --set! -f=r --file=r -r=r --reference=r -d=",
    "dd": "",
    "deno": "-A! --allow-all!",
    "diff": "-x= -X=r --exclude-from=r -I= --from-file=r --to-file=r -l! --paginate!",
    "docker": "-H=! --host=! -v=! --volume=! --mount=! --privileged! --config=!",
    "dot": "-o=w -O!",
    "du": "-X=r --exclude-from=r --files0-from=r",
    "emacs": "--eval=! -eval=! --execute=! -l=! --load=! -f=! --funcall=! --script=! -batch! --batch!",
    "enable": "-f=! -d!",
    "eslint": "--fix! --fix-type= --rulesdir=! --resolve-plugins-relative-to=! -c=! --config=! --parser=! --plugin=! -f=! --format=! -o=w --output-file=w --cache-location=w --cache-file=w --init! --ext=",
    "ex": _VI,
    "fd": "-x! -X! --exec! --exec-batch! --ignore-file=r --base-directory=r -C=r",
    "fdfind": "-x! -X! --exec! --exec-batch! --ignore-file=r --base-directory=r -C=r",
    "ffmpeg": "-y! -i=r",
    "file": "-C! --compile! -m=! --magic-file=! -f=r --files-from=r -z! -Z! -S! --uncompress!",
    "find": "-delete! -fls=w -fprint=w -fprint0=w -fprintf=w -files0-from=r -exec! -execdir! -ok! -okdir!",
    "fzf": "--preview=x --bind=x --execute=x",
    "g++": _COMPILER,
    "gawk": "-f=! --file=! -E=! --exec=! -i=! --include=! -l=! --load=! -o! --pretty-print! -p! --profile! -d! -D! -v= -F=",
    "gcc": _COMPILER,
    "gh": "-F=r",
    "go": "-ldflags=! -gcflags=! -asmflags=! -gccgoflags=! -blockprofile=w -mutexprofile=w -pkgdir=w -toolexec=x -exec=x -vettool=x -o=w -C=! -modfile=! -overlay=! -pgo=r -outputdir=w -coverprofile=w -cpuprofile=w"
    " -memprofile=w -trace=w",
    "git": "",
    "gpg": "--exec-path=! --keyserver=! --send-keys! --recv-keys! --receive-keys! --search-keys! --refresh-keys! --fetch-keys! --agent-program=! --dirmngr-program=! --gpg-agent-program=! --photo-viewer=! --log-file=w --status-file=w --logger-file=w -o=w --output=w --homedir=! --options=!",
    "grep": _GREP,
    "egrep": _GREP,
    "fgrep": _GREP,
    "gzip": "-d! -f!",
    "hash": "-p=!",
    "history": "-s! -a! -w! -r! -n! -p!",
    "install": "-t=w --target-directory=w --strip-program=x -m= -o= -g= -S=",
    "iconv": "-o=w --output=w -f= -t=",
    "java": "-javaagent! -agentpath! -agentlib!",
    "journalctl": "--vacuum-size! --vacuum-time! --vacuum-files! --rotate! --flush! --cursor-file=w",
    "jq": "-f=r --from-file=r -L=r --rawfile! --slurpfile! --argfile! --run-tests!",
    "kubectl": "--kubeconfig=! -f=r --filename=r --as=! --server=! -s=! --token=!",
    "less": _PAGER,
    "ln": "-t=w --target-directory=w -S= --suffix=",
    "lua": "-e! -i! -l=!",
    "make": "-f=r --file=r -C=r --directory=r -o= -W= -E=! --eval=! -I=r",
    "man": "-P=x --pager=x -H! --html! -C=! --config-file=! -E= -p=! --preprocessor=! -t! -T! --troff-device! -X! -K! -M=! --manpath=!"
    " -l! --local-file! -Z! --ditroff!",
    "mapfile": "-C=x -c= -n= -O= -s= -u= -d=",
    "mawk": "-f=! -W=! -v= -F= -e=!",
    "mktemp": "-p=w --tmpdir=w",
    "more": "-p=!",
    "most": "+!",
    "mv": "-t=w --target-directory=w -S= --suffix=",
    "mypy": "--install-types! --python-executable=! --config-file=! --cache-dir=w --junit-xml=w --any-exprs-report=w --cobertura-xml-report=w --html-report=w --linecount-report=w --linecoverage-report=w --lineprecision-report=w --txt-report=w --xml-report=w --xslt-html-report=w --xslt-txt-report=w --shadow-file=! -m= -p= -c=",
    "mysql": "--tee=w --pager=x --init-command=! --defaults-file=! --defaults-extra-file=! --plugin-dir=!",
    "nano": "-f=! --rcfile=! -C=w --backupdir=w -o=w -s=x --speller=x -X= -Q=",
    "nawk": "-f=! -v= -F=",
    "nl": "",
    "nmap": "-oN=w -oX=w -oG=w -oA=w -oS=w --script=! --datadir=! -iL=r",
    "node": "--inspect! --inspect-brk! --inspect-wait! --inspect-port! --test-reporter=! --test-reporter-destination=w --run=! --cpu-prof-dir=w --heap-prof-dir=w --diagnostic-dir=w --redirect-warnings=w --report-dir=w --report-directory=w --openssl-config=! --snapshot-blob=! --build-snapshot! --experimental-config-file=! --experimental-default-config-file! -e! --eval! -p! --print! -r=! --require=! --import=! --loader=! --experimental-loader=! -i! --env-file=r",
    "npm": "--script-shell=! --node-options=! --prefix=! -C=! --userconfig=! --globalconfig=! --registry=! --git=! --editor=! --viewer=! --browser=! --shell=! --call=! -c=! --init-module=! --cache=w --pack-destination=w -w= --workspace=",
    "nvim": _VI,
    "objdump": "",
    "openssl": "-config=! -CAfile=r -out=w -keyout=w -engine=! -provider=! -in=r -writerand=w",
    "pandoc": "-o=w --output=w -F=x --filter=x -L=x --lua-filter=x --pdf-engine=x --extract-media=w --log=w",
    "patch": "-o=w --output=w -r=w --reject-file=w -d=w --directory=w -i=r --input=r -e! --ed!",
    "perl": _PERL,
    "php": "-r! -B! -R! -E! -d=! -z=! -F=! -a! -S! -c=!",
    "pip": "-r=r --target=w -t=w --prefix=w --root=w --log=w -d=w --dest=w --editable=r -e=r",
    "prettier": "-w! --write! --plugin=! --plugin-search-dir=! --config=! --ignore-path=r --cache-location=w",
    "ps": "-o= -p= -u= -C= -t=",
    "psql": "-f=! --file=! -o=w --output=w -L=w --log-file=w -v=! --set=! --variable=!",
    "pytest": "--pdbcls=! --debug! --pastebin=! --log-file=w --html=w --json-report-file=w --cov-config=! --cov-report=! --junit-prefix= -p=! -c=! --rootdir=! --basetemp=w --junitxml=w --junit-xml=w -o= --override-ini=! --confcutdir=! --pyargs!"
    " -k= -m= -n= -W=",
    "python": _PYTHON,
    "readarray": "-C=x -c= -n= -O= -s= -u= -d=",
    "rg": "--pre=x --hostname-bin=x -z! --search-zip! -f=r --file=r --ignore-file=r --debug! -e= -g= -t= -A= -B= -C= -m=",
    "rsync": "-e=x --rsh=x --rsync-path=x --delete! --log-file=w --backup-dir=w --write-batch=w --partial-dir=w"
    " --temp-dir=w -T=w --files-from=r --password-file=r --remove-source-files! -M=! --config=! --daemon!",
    "ruby": "-e! -r=! -n! -p! -i! -I=! -x! -s! -C=!",
    "ruff": "--fix! --fix-only! --unsafe-fixes! --add-noqa! --config=! --output-file=w -o=w --cache-dir=w --select= --ignore=",
    "scp": "-o=! -S=x -F=! -J=!",
    "sed": "-i! --in-place! -f=! --file=! -e= --expression= -l=",
    "shuf": "-o=w --output=w -n= --random-source=r",
    "sort": "-o=w --output=w --compress-program=x -T=w --temporary-directory=w --files0-from=r --random-source=r -k= -t= -S=",
    "split": "--filter=x -a= -b= -C= -l= -n=",
    "sqlite3": "-init=! -cmd=! -interactive! -A!",
    "ssh": "-o=! -F=! -S=! -E=w -i=r -w=!",
    "strace": "-o=w",
    "tail": "--pid= -n= -c=",
    "tar": "-x! -c! -r! -u! -A! --extract! --get! --create! --append! --update! --concatenate! --delete! --to-command=x -I=x"
    " --use-compress-program=x --checkpoint-action=x -F=x --info-script=x --new-volume-script=x --rsh-command=x"
    " --rmt-command=x -C=w --directory=w -f=r --file=r -T=r --files-from=r -X=r --index-file=w -g=w --listed-incremental=w"
    " --remove-files! -O! --to-stdout!",
    "tcpdump": "-w=w -z=x -r=r",
    "time": "-o=w --output=w",
    "tree": "-o=w --output=w -R! --fromfile! -L= -I= -P=",
    "tsc": "--outFile=w --outDir=w --outfile=w --outdir=w --declarationDir=w --tsBuildInfoFile=w --generateTrace=w --generateCpuProfile=w --plugins=!",
    "unzip": "-d=w -o!",
    "vi": _VI,
    "view": _VI,
    "vim": _VI,
    "vimdiff": _VI,
    "wc": "--files0-from=r",
    "wget": "-O=w --output-document=w -o=w --output-file=w -a=w --append-output=w -P=w --directory-prefix=w --use-askpass=x"
    " -e=! --execute=! -i=r --input-file=r --post-file=r --save-cookies=w --warc-file=w",
    "which": "",
    "xxd": "-r! -s= -l= -c= -g=",
    "xmllint": "-o=w --output=w --shell!",
    "xz": "-d! -z! -f!",
    "yq": "-i! --inplace! --in-place! -s=! --split-exp=!",
    "zip": "-O=w --out=w -TT=x --unzip-command=x -m! -T!",
}
"""Program to its options."""

GENERAL: Final = (
    "-o=w --output=w --output-file=w --output-dir=w --output-directory=w --out=w --outfile=w --out-file=w --outdir=w"
    " --out-dir=w --dest=w --log-file=w --logfile=w --report-file=w --write=! --in-place! --inplace! --exec=x --execute=x"
    " --exec-path=! --command=x --cmd=x --pre=x --pager=x --editor=x --browser=x --rsh=x --shell=x --eval=x --to-command=x"
    " --use-compress-program=x --checkpoint-action=! --upload-pack=x --receive-pack=x --extcmd=x --delete! --init-command=x"
    " --plugin=! --require=! --proxy-command=x"
)
"""The same for programs that are not in the table."""

Role = Literal["all", "last", "from_second", "second", "tee"]

OPERANDS: Final[dict[str, Role]] = {
    "bunzip2": "all",
    "bzip2": "all",
    "chattr": "from_second",
    "chgrp": "from_second",
    "chmod": "from_second",
    "chown": "from_second",
    "cp": "last",
    "cpio": "last",
    "ed": "all",
    "emacs": "all",
    "ex": "all",
    "ffmpeg": "last",
    "gunzip": "all",
    "gzip": "all",
    "install": "last",
    "link": "last",
    "ln": "last",
    "mkdir": "all",
    "mkfifo": "all",
    "mknod": "all",
    "mv": "all",
    "nano": "all",
    "nvim": "all",
    "rm": "all",
    "rmdir": "all",
    "rsync": "last",
    "scp": "last",
    "setfacl": "from_second",
    "shred": "all",
    "split": "second",
    "sponge": "tee",
    "tee": "tee",
    "touch": "all",
    "truncate": "all",
    "uniq": "second",
    "unlink": "all",
    "unxz": "all",
    "unzstd": "all",
    "vi": "all",
    "vim": "all",
    "xxd": "second",
    "xz": "all",
    "zip": "all",
    "zstd": "all",
}
"""Program to which of its operands it writes. `tee` only writes what it is told to, as a redirection does."""

CODE_RUNNERS: Final = frozenset("""
    awk bun cscript dc deno ed elixir emacs erl ex expect gawk gdb ghc ghci groovy guile irb java jjs jrunscript jshell julia lua
    luajit m4 mariadb mawk mysql nawk node nodejs nvim octave osascript perl php pry psql pypy pypy3 python python2 python3 r rscript
    ruby sbcl scala sed sqlite3 swift tclsh ts-node tsx vi view vim vimdiff wish wscript zx
    """.split())  # noqa: SIM905 - a page of quotes would hide the words
"""Programs that run code in their words or on standard input; commands that seem to stand in it are looked at for denies."""

FILTERS: Final = frozenset({"awk", "gawk", "m4", "mawk", "nawk", "sed"})
"""Those of them whose standard input is not code, unless an option says so."""

DATABASES: Final = frozenset({"mariadb", "mysql", "psql", "sqlite3"})
"""Those of them that run what they read, whatever their words are."""

COMMAND_LANGUAGES: Final = frozenset({"expect", "make", "tclsh", "wish"})
"""Programs whose code has commands as a shell has them."""

ALWAYS: Final = frozenset("""
    at batch crontab ed emacs ex nano nvim pico vi view vim vimdiff
    """.split())  # noqa: SIM905
"""Programs whose every use may run and write anything."""

NETWORK: Final = frozenset("""
    aria2c autossh axel curl curlie dig drill elinks ftp host http https httpie lftp links lynx mosh mtr nc ncat netcat nmap
    nping nslookup ping ping6 rcp rlogin rsh rsync scp sftp socat ssh sshpass telnet tftp tracepath traceroute w3m wget
    whois wscat websocat xh
    """.split())  # noqa: SIM905
"""Programs that talk to other machines."""

PRIVILEGED: Final = frozenset("""
    chroot doas docker halt init insmod iptables launchctl machinectl mkfs modprobe mount nerdctl nft nsenter pkexec podman
    poweroff reboot runuser service shutdown su sudo sysctl systemctl telinit umount unshare useradd userdel usermod passwd chsh
    chpasswd visudo crontab at batch
    """.split())  # noqa: SIM905
"""Programs that act as somebody else, on the whole machine, or later."""

AGENTS: Final = frozenset("""
    aider amp auggie claude codex copilot crush cursor-agent droid gemini goose opencode pi pycode qwen
    """.split())  # noqa: SIM905
"""Coding agents: each has permissions of its own, and what is said to it may lift them, ours included."""

USUAL_WORDS: Final = frozenset("""
    amp at batch crush droid gemini goose halt host http https init links mount pi reboot service shutdown su umount
    """.split())  # noqa: SIM905
"""Names of those that stand in texts as often as they are programs."""

TELLING: Final[dict[str, frozenset[str]]] = {
    "pycode": frozenset(
        {"completion", "doctor", "stats", "tools", "version", "--version", "--help", "-h"}
    )
}
"""What these may be called with all the same, since it only tells something."""

LASTING: Final[dict[str, frozenset[str]]] = {
    "direnv": frozenset({"allow", "grant", "permit"}),
    "husky": frozenset({"add", "init", "install", "set"}),
    "lefthook": frozenset({"add", "install"}),
    "mise": frozenset({"trust"}),
    "pre-commit": frozenset({"init-templatedir", "install"}),
    "rtx": frozenset({"trust"}),
}
"""The subcommands after which a program of the repository runs by itself, such as git's hooks."""

NETWORK_SUBCOMMANDS: Final[dict[str, frozenset[str]]] = {
    "git": frozenset(
        {"clone", "fetch", "ls-remote", "pull", "push", "send-email", "submodule", "svn"}
    ),
    "npm": frozenset({"add", "ci", "i", "install", "publish", "update", "exec", "x", "login"}),
    "pnpm": frozenset({"add", "i", "install", "publish", "update", "dlx"}),
    "yarn": frozenset({"add", "install", "publish", "upgrade", "dlx"}),
    "pip": frozenset({"download", "install", "wheel"}),
    "pip3": frozenset({"download", "install", "wheel"}),
    "uv": frozenset({"add", "pip", "publish", "sync", "tool"}),
    "cargo": frozenset({"add", "fetch", "install", "publish", "update"}),
    "go": frozenset({"get", "install"}),
    "gem": frozenset({"install", "push", "update"}),
    "gh": frozenset({"api", "gist", "issue", "pr", "release", "repo", "run", "secret", "workflow"}),
    "brew": frozenset({"install", "update", "upgrade"}),
    "apt": frozenset({"install", "update", "upgrade"}),
    "apt-get": frozenset({"install", "update", "upgrade"}),
}
"""The subcommands that do, of programs that also do other things."""

CHANGING_SUBCOMMANDS: Final[dict[str, frozenset[str]]] = {
    "cargo": frozenset({"fix", "login", "owner", "yank"}),
    "gh": frozenset({"alias", "auth", "config", "extension"}),
    "go": frozenset({"env", "generate", "tool"}),
    "npm": frozenset({"config", "edit", "explore", "link", "pkg", "set"}),
    "openssl": frozenset({"engine", "s_client", "s_server", "s_time"}),
    "pip": frozenset({"config"}),
    "pnpm": frozenset({"config", "link", "set"}),
    "yarn": frozenset({"config", "link", "plugin", "set"}),
}
"""The subcommands that change what a program does later, or run something else."""
