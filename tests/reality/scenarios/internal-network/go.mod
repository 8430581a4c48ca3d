module example.com/internal-network

go 1.22
