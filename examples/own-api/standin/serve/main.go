// Serve runs the stand-in for DynamoDB on 127.0.0.1:8000:
//
//	go run ./standin/serve
//	ORDERS_TABLE_ENDPOINT=http://127.0.0.1:8000 go tool local -stack staging -without aws:dynamodb/table:Table
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"example.com/orders/standin"
)

func main() {
	const patience = 10 * time.Second
	server := &http.Server{Addr: "127.0.0.1:8000", Handler: &standin.Table{}, ReadHeaderTimeout: patience}
	fmt.Fprintln(os.Stderr, "a table on http://"+server.Addr)
	fmt.Fprintln(os.Stderr, server.ListenAndServe())
	os.Exit(1)
}
