module example.com/no-network

go 1.22
