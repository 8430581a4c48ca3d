module example.com/separating-network

go 1.22
