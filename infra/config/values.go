package config

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Check gives a configuration that a program has written by hand what a stack's configuration gets: its checks, with
// messages that bear the names of a stack's keys, its defaults and what is computed from both. Fields that a stack may
// leave out are left out where they are zero: the zero value of SecurityHeaders, Lambda, Throttle, Alarms or Logs is
// the default as a whole. configure says what the application is, as in [Source].
func (c *Config) Check(configure func(*Settings) Application) (*Config, error) {
	values, err := c.values()
	if err != nil {
		return nil, err
	}
	checked, err := Load(Source{
		Project: c.Project, Stack: c.Stack, Configure: configure,
		Lookup: func(key string) (string, bool) {
			value, ok := values[key]
			return value, ok
		},
		Secret: func(key string) bool {
			_, secret := c.Secrets[key[min(len(Namespace)+1, len(key)):]]
			return secret
		},
	})
	if err != nil {
		return nil, err
	}
	for key, value := range c.Secrets { // an application may have others than its functions name
		checked.Secrets[key] = value
	}
	return checked, nil
}

// values are the stack's keys that make this configuration.
func (c *Config) values() (map[string]string, error) {
	all := document{
		"regions": c.Regions, "domains": c.domainValues(), "originSubdomain": c.OriginSubdomain, "routing": string(c.Routing),
		"externalDns": c.ExternalDNS, "routes": c.routeValues(), "siteExclude": c.SiteExclude,
		"redirects": c.redirectValues(), "corsOrigins": c.CORSOrigins, "securityHeaders": c.SecurityHeaders.values(),
		"responseHeaders": document{"remove": c.ResponseHeaders.Remove, "add": c.ResponseHeaders.Add}.given(),
		"priceClass":      c.PriceClass, "minimumTlsVersion": c.MinimumTLSVersion, "webAclArn": c.WebACLARN,
		"certificateArn": c.CertificateARN, "webAcl": c.WebACL.values(),
		"permissionsBoundary": c.PermissionsBoundary, "healthInterval": span(c.HealthInterval),
		"drainedRegions": c.DrainedRegions, "lambda": c.Lambda.values(), "throttle": document{"burst": c.Throttle.Burst, "rate": c.Throttle.Rate}.given(),
		"alarms": c.Alarms.values(), "logs": c.Logs.values(), "originSecretGeneration": c.OriginSecretGeneration,
	}.given()
	all["siteDir"] = c.SiteDir
	for key, on := range map[string]bool{"spa": c.SPA, "closeExecuteApi": c.CloseExecuteAPI, "protect": c.Protect} {
		if on {
			all[key] = true
		}
	}
	if c.Sequential {
		all["rollout"] = "sequential"
	}
	values := map[string]string{}
	for key, value := range all {
		text, isText := value.(string)
		if !isText {
			encoded, err := json.Marshal(value)
			if err != nil {
				return nil, err
			}
			text = string(encoded)
		}
		values[Namespace+":"+key] = text
	}
	for key, value := range c.Secrets {
		values[Namespace+":"+key] = value
	}
	return values, nil
}

// document is an object of the configuration.
type document map[string]any

// given is the object without what is empty.
func (o document) given() document {
	maps.DeleteFunc(o, func(_ string, value any) bool {
		text, err := json.Marshal(value)
		return err == nil && slices.Contains([]string{`""`, "null", "[]", "{}", "0"}, string(text))
	})
	return o
}

// span is a duration as a stack writes it, "" for none.
func span(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func (c *Config) domainValues() (all []document) {
	for _, d := range c.Domains {
		all = append(all, document{"zone": d.Zone, "zoneId": d.ZoneID, "aliases": d.Aliases, "redirectTo": d.RedirectTo, "validation": d.Validation}.given())
	}
	return all
}

func (c *Config) redirectValues() (all []document) {
	for _, r := range c.Redirects {
		all = append(all, document{"from": r.From, "to": r.To, "status": r.Status}.given())
	}
	return all
}

func (c *Config) routeValues() (all []document) {
	for _, r := range c.Routes {
		route := document{"path": r.Path, "methods": r.Methods, "readFailover": r.ReadFailover}
		if r.Methods == MethodsRead {
			route["readFailover"] = r.ReadFailover || c.Routing != RoutingEdge
			route["ttl"] = r.TTL.values()
			if key := r.Key.values(r.ViewerHost); len(key) > 0 {
				route["key"] = key
			}
		}
		if forward := r.forwardValues(); forward != nil {
			route["forward"] = forward
		}
		all = append(all, route)
	}
	return all
}

// edgeValues are those of an application's route, whose zero values are the defaults; readFailover follows the routing.
func (r Route) edgeValues() document {
	route := document{
		"path": r.Path, "methods": r.Methods, "key": r.Key.values(r.ViewerHost),
		"ttl": document{"min": span(r.TTL.Min), "default": span(r.TTL.Default), "max": span(r.TTL.Max)}.given(),
	}.given()
	if forward := r.forwardValues(); forward != nil {
		route["forward"] = forward // {} is nothing at all, which is not the same as none
	}
	return route
}

// plainJSON is a document as a stack's value would be decoded.
func plainJSON(d document) (value any) {
	text, err := json.Marshal(d)
	if err != nil {
		panic(err) // such documents always marshal
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		panic(err) // and always decode
	}
	return value
}

func (t TTL) values() document {
	if t == (TTL{}) {
		return document{"max": "0s"}
	}
	return document{"min": span(t.Min), "default": span(t.Default), "max": span(t.Max)}.given()
}

func (r Route) forwardValues() document {
	if r.Forward == nil && !r.ViewerHost {
		return nil
	}
	forward := document{}
	if r.ViewerHost {
		forward["viewerHost"] = true
	}
	if r.Forward == nil {
		return forward
	}
	named := r.Forward.values(r.ViewerHost)
	if len(named) == 0 && len(forward) > 0 && r.Methods == MethodsAll {
		named["query"] = []string{} // nothing but the viewer's host, which is not the same as everything
	}
	maps.Copy(forward, named)
	return forward
}

// values leaves out the header that viewerHost brings by itself.
func (p Parts) values(viewerHost bool) document {
	headers := slices.DeleteFunc(slices.Clone(p.Headers), func(name string) bool { return viewerHost && name == viewerHostHeader })
	parts := document{"query": p.Query, "headers": headers, "cookies": p.Cookies}.given()
	if len(p.QueryExcept) > 0 {
		parts["query"] = document{"except": p.QueryExcept}
	}
	return parts
}

func (h SecurityHeaders) values() document {
	if h == (SecurityHeaders{}) {
		return nil
	}
	return document{
		"contentSecurityPolicy": h.ContentSecurityPolicy, "frameOptions": h.FrameOptions, "referrerPolicy": h.ReferrerPolicy,
		"permissionsPolicy": h.PermissionsPolicy, "hstsMaxAge": h.HSTSMaxAge.String(),
		"hstsIncludeSubdomains": h.HSTSIncludeSubdomains, "hstsPreload": h.HSTSPreload,
	}
}

func (l Lambda) values() document {
	values := document{"memoryMiB": l.MemoryMiB, "timeout": span(l.Timeout), "logLevel": l.LogLevel}.given()
	if l.ReservedConcurrency != nil {
		values["reservedConcurrency"] = *l.ReservedConcurrency
	}
	if l.HealthReservedConcurrency != nil {
		values["healthReservedConcurrency"] = *l.HealthReservedConcurrency
	}
	return values
}

func (a Alarms) values() document {
	values := document{"emails": a.Emails, "urls": a.URLs, "topicArns": a.TopicARNs, "thresholds": a.Thresholds}.given()
	if len(values) == 0 && !a.Enabled && !a.OutsideIn && !a.AdditionalMetrics {
		return nil
	}
	values["enabled"], values["outsideIn"], values["additionalMetrics"] = a.Enabled, a.OutsideIn, a.AdditionalMetrics
	return values
}

func (a *WebACL) values() document {
	if a == nil {
		return nil
	}
	return document{"rateLimit": a.RateLimit, "writeRateLimit": a.WriteRateLimit, "managedRules": a.ManagedRules}.given()
}

func (l Logs) values() document {
	if l == (Logs{}) {
		return nil
	}
	return document{
		"enabled": l.Enabled, "retentionDays": l.RetentionDays, "viewerAddresses": l.ViewerAddresses, "queryStrings": l.QueryStrings,
		"athena": l.Athena,
	}
}
