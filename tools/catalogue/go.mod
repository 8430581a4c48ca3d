module reachlint.dev/tools/catalogue

go 1.24
