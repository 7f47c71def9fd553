# Only calls dev.py, which says what each command does: python3 dev.py --help

.PHONY: demo test check bench

demo test check bench:
	python3 dev.py $@
