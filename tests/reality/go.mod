module github.com/reachlint/reachlint/tests/reality

go 1.22
