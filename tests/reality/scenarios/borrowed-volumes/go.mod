module example.com/borrowed-volumes

go 1.22
