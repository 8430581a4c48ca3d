module example.com/run-shared-namespace

go 1.22
