module example.com/run-default-bridge

go 1.22
