package function

import (
	"fmt"
	"log/slog"

	"github.com/dop251/goja"

	"github.com/onefront/onefront/aws/cloudfrontapi"
)

// cloudfront is the module `cf`. It is frozen, and the same for all runs of a runtime.
func (m *machine) cloudfront() goja.Value {
	cf := m.vm.NewObject()
	for name, method := range map[string]func(goja.FunctionCall) goja.Value{
		"kvs": m.kvs, "selectRequestOriginById": m.selectOrigin, "createRequestOriginGroup": m.createGroup,
		"updateRequestOrigin": m.updateOrigin, "logCustomData": m.logCustomData,
	} {
		_ = cf.Set(name, method)
	}
	_ = cf.DefineAccessorProperty("edgeLocation", m.vm.ToValue(m.edgeLocation), nil, goja.FLAG_FALSE, goja.FLAG_TRUE)
	return cf
}

// edgeLocation is {name, serverIp, region} in viewer-request and empty in viewer-response (F2.11):
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/general-helper-methods.html
// A region that is not known is left out.
func (m *machine) edgeLocation(goja.FunctionCall) goja.Value {
	if m.in == nil || m.event != viewerRequest {
		return m.vm.NewObject()
	}
	o := m.object("name", m.in.Edge.Code, "serverIp", m.in.EdgeServerIP)
	if region := m.in.Edge.RegionalEdgeCache; region != "" {
		m.set(o, "region", m.vm.ToValue(region))
	}
	return o
}

// logCustomData writes to the access log, which local mode keeps without this field: it goes to the local log.
func (m *machine) logCustomData(call goja.FunctionCall) goja.Value {
	if m.in != nil {
		m.f.log.Info("cf.logCustomData", slog.String("function", m.f.name), slog.String("requestId", m.in.RequestID),
			slog.String("text", call.Argument(0).String()))
	}
	return goja.Undefined()
}

// choose remembers the last choice of an origin. A bad value is not thrown, it spoils the run: "invalid value for
// origin rewrite", 502 (F2.7). guess: so for every bad value, and the last call counts.
// In viewer-response the helpers throw (F2.1; guess: the guide says only that they do not work there).
func (m *machine) choose(helper string, choice *OriginChoice, err error) goja.Value {
	if m.event != viewerRequest || m.in == nil {
		panic(m.vm.NewTypeError("cf.%s works in viewer-request only (F2.1)", helper))
	}
	m.origin, m.badOrigin = choice, nil
	if err != nil {
		m.origin, m.badOrigin = nil, validationError("cf."+helper+": invalid value for origin rewrite: "+err.Error())
	}
	return goja.Undefined()
}

// selectOrigin is cf.selectRequestOriginById(id, {hostHeader, sni, allowedCertificateNames}?) (F2.4). Whether the
// distribution has the origin is for the caller to check.
func (m *machine) selectOrigin(call goja.FunctionCall) goja.Value {
	choice, err := m.readSelection(call)
	return m.choose("selectRequestOriginById", choice, err)
}

func (m *machine) readSelection(call goja.FunctionCall) (*OriginChoice, error) {
	id, ok := call.Argument(0).Export().(string)
	if !ok || id == "" {
		return nil, fmt.Errorf("origin id %s: must be a string", call.Argument(0))
	}
	choice := &OriginChoice{ID: id}
	r := newReader(call.Argument(1), "")
	r.text("hostHeader", func(v string) { choice.HostHeader = v })
	r.ignore("sni", "allowedCertificateNames") // there is no TLS between the local edge and its origins
	return choice, r.done()
}

// createGroup is cf.createRequestOriginGroup({originIds, failoverCriteria: {statusCodes}, selectionCriteria?})
// (F2.5). Members are {originId} or plain ids (F2.6); overrides are refused, for on CloudFront they fail (F2.7).
func (m *machine) createGroup(call goja.FunctionCall) goja.Value {
	choice, err := m.readGroup(call)
	return m.choose("createRequestOriginGroup", choice, err)
}

func (m *machine) readGroup(call goja.FunctionCall) (*OriginChoice, error) {
	group := &Group{}
	r := newReader(call.Argument(0), "")
	r.require("originIds", "failoverCriteria")
	r.list("originIds", func(members []goja.Value) error {
		if len(members) != 2 {
			return fmt.Errorf("originIds has %d members: must have two (F1.1)", len(members))
		}
		for i, member := range members {
			id, err := memberID(member)
			if err != nil {
				return err
			}
			group.IDs[i] = id
		}
		if group.IDs[0] == group.IDs[1] {
			return fmt.Errorf("originIds are both %q: must differ", group.IDs[0])
		}
		return nil
	})
	r.object("failoverCriteria", func(criteria *reader) {
		criteria.require("statusCodes")
		criteria.list("statusCodes", func(codes []goja.Value) error {
			if len(codes) == 0 {
				return fmt.Errorf("failoverCriteria.statusCodes is empty: must name at least one of %v (F1.2)", cloudfrontapi.FailoverCodes())
			}
			for _, code := range codes {
				n, ok := code.Export().(int64)
				if !ok || !cloudfrontapi.IsFailoverCode(int(n)) {
					return fmt.Errorf("failoverCriteria.statusCodes has %s: must be of %v (F1.2)", code, cloudfrontapi.FailoverCodes())
				}
				group.StatusCodes = append(group.StatusCodes, int(n))
			}
			return nil
		})
	})
	r.text("selectionCriteria", func(v string) {
		if v != "default" {
			r.fail("selectionCriteria %q: local mode knows default only (F1.10)", v)
		}
	})
	return &OriginChoice{Group: group}, r.done()
}

func memberID(member goja.Value) (string, error) {
	if id, ok := member.Export().(string); ok && id != "" {
		return id, nil
	}
	var id string
	r := newReader(member, "originIds")
	r.require("originId")
	r.text("originId", func(v string) { id = v })
	r.object("originOverrides", func(overrides *reader) {
		overrides.fail("originOverrides: CloudFront answers 502 with overrides in a group, leave them out (F2.7)")
	})
	return id, r.done()
}
