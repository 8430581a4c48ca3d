module example.com/run-separating-network

go 1.22
