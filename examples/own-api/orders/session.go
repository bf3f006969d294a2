package main

import (
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// sessions knows who is signed in: a token that the company's sign-in service made and signed with a key that both
// know. A service of others signs with a private key; then its public keys are fetched and kept (JWKS), and the
// algorithm is RS256 or ES256. Only this function knows: CloudFront and API Gateway pass Authorization on unread.
type sessions struct {
	key    []byte
	parser *jwt.Parser
}

const (
	issuer   = "https://sign-in.example.org"
	audience = "orders"
)

// The parser takes one algorithm: a token that says "none", or another one, is refused whatever else it says (RFC
// 8725).
func newSessions(key []byte) *sessions {
	return &sessions{key: key, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithExpirationRequired(), jwt.WithLeeway(30*time.Second),
	)}
}

// customer is whom a header "Authorization: Bearer TOKEN" speaks for.
func (s *sessions) customer(authorization string) (string, error) {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", errors.New("no bearer token")
	}
	var claims jwt.RegisteredClaims
	if _, err := s.parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return s.key, nil }); err != nil {
		return "", err
	}
	if claims.Subject == "" {
		return "", errors.New("the token names nobody")
	}
	return claims.Subject, nil
}
