module example.com/disjoint-networks

go 1.22
