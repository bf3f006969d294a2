package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
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

// customDomains counts a region's custom domains, page by page.
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/domainnames.html
func (c *cloud) customDomains(ctx context.Context, region string) (count int, err error) {
	client := apigatewayv2.NewFromConfig(c.config, func(o *apigatewayv2.Options) {
		o.Region = region
		instead(&o.BaseEndpoint, c.endpoint("apigateway", region))
	})
	for page := (apigatewayv2.GetDomainNamesInput{MaxResults: aws.String("100")}); ; {
		pageContext, cancel := c.within(ctx)
		out, err := client.GetDomainNames(pageContext, &page)
		cancel()
		if err != nil {
			return 0, answered(err, "apigateway", region)
		}
		count += len(out.Items)
		if page.NextToken = out.NextToken; aws.ToString(page.NextToken) == "" {
			return count, nil
		}
	}
}

// answered names the region of a service that refuses.
func answered(err error, service, region string) error {
	var response *smithyhttp.ResponseError
	var said smithy.APIError
	if errors.As(err, &response) && errors.As(err, &said) {
		return fmt.Errorf("%s in %s answers %d %s", service, region, response.HTTPStatusCode(), said.ErrorCode())
	}
	return err
}
