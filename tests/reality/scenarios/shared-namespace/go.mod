module example.com/shared-namespace

go 1.22
