package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onefront/onefront/handler/origin"
)

type (
	request  = events.APIGatewayV2HTTPRequest
	response = events.APIGatewayV2HTTPResponse
)

// service answers requests that came through CloudFront.
type service struct {
	sessions *sessions
	store    *table
}

func (s *service) handle(ctx context.Context, r request) (response, error) {
	customer, err := s.sessions.customer(origin.Header(r, "Authorization"))
	if err != nil {
		refused := problem(http.StatusUnauthorized, "Sign in first.")
		refused.Headers["WWW-Authenticate"] = "Bearer"
		return refused, nil
	}
	id, method := r.PathParameters["id"], r.RequestContext.HTTP.Method
	switch {
	case id == "" && method == http.MethodPost:
		return s.create(ctx, r, customer), nil
	case id != "" && (method == http.MethodGet || method == http.MethodHead):
		return s.show(ctx, id, customer), nil
	}
	allow := "POST"
	if id != "" {
		allow = "GET, HEAD"
	}
	refused := problem(http.StatusMethodNotAllowed, "This method does nothing here.")
	refused.Headers["Allow"] = allow
	return refused, nil
}

const maxKey = 255

var known = []string{"tea", "cake"}

func (s *service) create(ctx context.Context, r request, customer string) response {
	key := origin.Header(r, "Idempotency-Key")
	if key == "" || len(key) > maxKey {
		return problem(http.StatusBadRequest, "Idempotency-Key: a text of at most 255 characters of your own, the same for each attempt.")
	}
	var wish struct {
		Product string `json:"product"`
	}
	if err := decode(r, &wish); err != nil || !slices.Contains(known, wish.Product) {
		return problem(http.StatusBadRequest, "product: one of "+strings.Join(known, ", ")+".")
	}
	sum := sha256.Sum256([]byte(customer + "\x00" + key))
	order, created, err := s.store.create(ctx, order{ID: hex.EncodeToString(sum[:16]), Product: wish.Product, Customer: customer})
	switch {
	case err != nil:
		return unavailable(ctx, err)
	case order.Product != wish.Product:
		return problem(http.StatusUnprocessableEntity, "Idempotency-Key: used for another order already.")
	case !created:
		return answer(http.StatusOK, order)
	}
	return answer(http.StatusCreated, order)
}

// show hides other people's orders as if they did not exist.
func (s *service) show(ctx context.Context, id, customer string) response {
	order, found, err := s.store.get(ctx, id)
	switch {
	case err != nil:
		return unavailable(ctx, err)
	case !found || order.Customer != customer:
		return problem(http.StatusNotFound, "There is no such order.")
	}
	return answer(http.StatusOK, order)
}

func decode(r request, into any) error {
	body := []byte(r.Body)
	if r.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(r.Body); err != nil {
			return err
		}
	}
	return json.Unmarshal(body, into)
}

// unavailable is a code for which CloudFront asks the next region for reads; who writes tries again with the same key.
func unavailable(ctx context.Context, err error) response {
	slog.ErrorContext(ctx, "table", "err", err)
	refused := problem(http.StatusServiceUnavailable, "Try again.")
	refused.Headers["Retry-After"] = "1"
	return refused
}

// answer is never cached: it belongs to one person.
func answer(status int, body any) response {
	content, _ := json.Marshal(body) // plain fields always encode
	return response{
		StatusCode: status, Body: string(content) + "\n",
		Headers: map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store"},
	}
}

// problem is one of RFC 9457.
func problem(status int, detail string) response {
	refused := answer(status, map[string]any{"title": http.StatusText(status), "status": status, "detail": detail})
	refused.Headers["Content-Type"] = "application/problem+json"
	return refused
}
