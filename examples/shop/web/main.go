// Command web serves the shop's pages and asks catalog and orders for what is on them.
package main

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"time"

	"example.com/shop/internal/env"
)

func main() {
	catalog := env.Get("CATALOG_URL", "http://localhost:8081")
	orders := env.Get("ORDERS_URL", "http://localhost:8082")

	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /products", func(w http.ResponseWriter, _ *http.Request) { relay(w, catalog+"/products") })
	mux.HandleFunc("GET /orders", func(w http.ResponseWriter, _ *http.Request) { relay(w, orders+"/orders") })

	server := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: 5 * time.Second}

	// Ctrl-C is os.Interrupt; `docker stop` sends SIGTERM.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	go func() {
		<-ctx.Done()
		_ = server.Shutdown(context.Background())
	}()

	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}

func relay(w http.ResponseWriter, url string) {
	response, err := http.Get(url)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	w.WriteHeader(response.StatusCode)
	_, _ = io.Copy(w, response.Body)
}
