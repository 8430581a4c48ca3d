module example.com/run-mounts

go 1.22
