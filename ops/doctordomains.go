package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// askDomains compares the custom domains that each region's API Gateway has and may have: 120 unless the account asked
// for more. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
func askDomains(ctx context.Context, p *patient) ([]finding, error) {
	var all []finding
	for _, region := range p.regions {
		adds := p.perRegion[region][domainNameType]
		if adds == 0 {
			continue
		}
		limits, err := p.cloud.quotas(ctx, "apigateway", region)
		if err != nil {
			return all, err
		}
		subject := "custom domains, " + region
		limit, known := 0.0, false
		for name, value := range limits {
			if strings.Contains(name, "custom domain names") && !strings.Contains(name, "private") {
				limit, known = value, true
			}
		}
		if !known {
			all = append(all, finding{Subject: subject, Level: unknown, Found: "Service Quotas does not name them"})
			continue
		}
		used, err := p.cloud.customDomains(ctx, region)
		if err != nil {
			return all, err
		}
		all = append(all, quotaFinding(subject, used, adds, limit))
	}
	return all, nil
}

// customDomains counts a region's custom domains, page by page. One question is not worth a client of its own.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames.html
func (c *cloud) customDomains(ctx context.Context, region string) (count int, err error) {
	at := "https://apigateway." + region + ".amazonaws.com"
	if own := c.endpoint("apigateway", region); own != nil {
		at = *own
	}
	for next := ""; ; {
		var page struct {
			Items     []json.RawMessage `json:"items"`
			NextToken string            `json:"nextToken"`
		}
		query := url.Values{"maxResults": {"100"}}
		if next != "" {
			query.Set("nextToken", next)
		}
		if err := c.getSigned(ctx, "apigateway", region, at+"/v2/domainnames?"+query.Encode(), &page); err != nil {
			return 0, err
		}
		count += len(page.Items)
		if next = page.NextToken; next == "" {
			return count, nil
		}
	}
}

// getSigned asks a service's address and decodes its answer.
func (c *cloud) getSigned(ctx context.Context, service, region, address string, answer any) error {
	ctx, cancel := c.within(ctx)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	who, err := c.config.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	nothing := sha256.Sum256(nil)
	if err := v4.NewSigner().SignHTTP(ctx, who, request, hex.EncodeToString(nothing[:]), service, region, time.Now()); err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		kind, _, _ := strings.Cut(response.Header.Get("X-Amzn-Errortype"), ":")
		return fmt.Errorf("%s in %s answers %d %s", service, region, response.StatusCode, kind)
	}
	return json.Unmarshal(raw, answer)
}
