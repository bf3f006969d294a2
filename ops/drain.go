package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore"
	kvstypes "github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/onefront/onefront/handler/contract"
)

// drains is where it stands which regions are drained.
type drains interface {
	// read says whether a region is drained.
	read(ctx context.Context, r region) (bool, error)
	// write drains a region or lets it have traffic.
	write(ctx context.Context, r region, drained bool) error
	// place says where that stands, for people.
	place(r region) string
}

// drainsOf is the stack's way to drain: by its routing.
func (c *command) drainsOf(s *stack) (drains, error) {
	switch {
	case s.edgeRouting():
		return &store{cloud: c.cloud, client: c.cloud.keyValueStore(), arn: s.DrainStore, wait: c.wait, regions: s.Regions}, nil
	case slices.ContainsFunc(s.Regions, func(r region) bool { return r.DrainParameter == "" }):
		return nil, errors.New("the outputs name neither drainStore nor a drainParameter for every region: deploy this stack with a version that has them")
	}
	return &parameters{cloud: c.cloud}, nil
}

// drained is what drain and undrain print with -json.
type drained struct {
	Region  string `json:"region"`
	Drained bool   `json:"drained"`
	Changed bool   `json:"changed"`
	Place   string `json:"place"`
}

// drain takes a region out of the traffic, or back. What is so already is left alone.
func (c *command) drain(ctx context.Context, s *stack, name string, out bool) error {
	d, err := c.drainsOf(s)
	if err != nil {
		return err
	}
	r, err := s.region(name)
	if err != nil {
		return err
	}
	if out {
		if err := c.anotherServes(ctx, s, d, name); err != nil {
			return err
		}
	}
	was, err := d.read(ctx, r)
	if err != nil {
		c.note("%s: could not read whether it is drained (%v); writing anyway", name, err)
	}
	changed := err != nil || was != out
	if changed {
		if err := d.write(ctx, r, out); err != nil {
			return fmt.Errorf("%s: setting %s: %w", name, d.place(r), err)
		}
	}
	if changed && out {
		if err := c.letGo(ctx, s, d, r); err != nil {
			return err
		}
	}
	if c.flags.json {
		if err := json.NewEncoder(c.stdout).Encode(drained{name, out, changed, d.place(r)}); err != nil {
			return err
		}
	} else {
		c.explain(s, d, r, out, changed)
		if !out && r.Planned {
			c.print("  still out of the traffic: onefront:drainedRegions names it, until an update without it")
		}
	}
	if !out || !c.flags.watch {
		return nil
	}
	if err = c.watch(ctx, r); ctx.Err() != nil {
		return fmt.Errorf("the waiting was broken off (%w); %s stays drained", ctx.Err(), name)
	}
	return err
}

// anotherServes refuses to drain the last region that has traffic: a planned drain counts, too. One that cannot be
// asked counts as serving: in a bad hour that one may be the reason for all this.
func (c *command) anotherServes(ctx context.Context, s *stack, d drains, name string) error {
	for _, other := range s.Regions {
		if other.Name == name || other.Planned {
			continue
		}
		out, err := d.read(ctx, other)
		if err != nil {
			c.note("%s: could not read whether it is drained (%v); taken as serving", other.Name, err)
		}
		if !out {
			return nil
		}
	}
	return errLast(name)
}

func errLast(name string) error {
	return fmt.Errorf("%s is the last region that is not drained: undrain another one first", name)
}

// letGo takes a drain back where somebody drained the other regions at the same moment, which each of the two looked
// for before either had written. A region that cannot be asked counts as serving.
func (c *command) letGo(ctx context.Context, s *stack, d drains, r region) error {
	for _, other := range s.Regions {
		if other.Name == r.Name || other.Planned {
			continue
		}
		if out, err := d.read(ctx, other); err != nil || !out {
			return nil
		}
	}
	return errors.Join(fmt.Errorf("%w; the others were drained at the same moment, so this drain was taken back", errLast(r.Name)), d.write(ctx, r, false))
}

// explain says what was set, what it waits for, and what it does not move.
func (c *command) explain(s *stack, d drains, r region, out, changed bool) {
	state := "drained"
	if !out {
		state = "not drained"
	}
	if !changed {
		c.print("%s: %s already (%s)", r.Name, state, d.place(r))
		return
	}
	c.print("%s: %s (%s)", r.Name, state, d.place(r))
	if s.edgeRouting() {
		c.print("  edges see it within seconds; nothing else has to happen")
	} else {
		c.print("  its health function reads it within 10 s, then the health check turns (three checks) and resolvers forget (60 s)")
	}
	if out {
		c.print("  not moved: the site's buckets, which fail over by themselves, and requests on connections that CloudFront keeps")
		c.print("  back: ops undrain %s%s", r.Name, c.flags.same())
	}
}

// parameters keep each region's drain in an SSM parameter of that region, which its health function reads.
type parameters struct{ cloud *cloud }

func (p *parameters) place(r region) string { return "parameter " + r.DrainParameter + " in " + r.Name }

func (p *parameters) read(ctx context.Context, r region) (bool, error) {
	ctx, cancel := p.cloud.within(ctx)
	defer cancel()
	out, err := p.cloud.ssm(r.Name).GetParameter(ctx, &ssm.GetParameterInput{Name: &r.DrainParameter})
	var missing *ssmtypes.ParameterNotFound
	switch {
	case errors.As(err, &missing):
		return false, nil // as the health function takes it
	case err != nil:
		return false, plain(err)
	case out.Parameter == nil || out.Parameter.Value == nil:
		return false, errors.New("the answer has no value")
	}
	return *out.Parameter.Value == contract.Drained, nil
}

func (p *parameters) write(ctx context.Context, r region, drained bool) error {
	ctx, cancel := p.cloud.within(ctx)
	defer cancel()
	value, overwrite := contract.NotDrained, true
	if drained {
		value = contract.Drained
	}
	out, err := p.cloud.ssm(r.Name).PutParameter(ctx, &ssm.PutParameterInput{
		Name: &r.DrainParameter, Value: &value, Type: ssmtypes.ParameterTypeString, Overwrite: &overwrite,
	})
	switch {
	case err != nil:
		return plain(err)
	case out.Version == 0: // something in between answered
		return errors.New("the answer has no version of the parameter: it is not known whether it was set")
	}
	return nil
}

// store keeps all drains in one key of a KeyValueStore, which the edge's function reads.
type store struct {
	cloud  *cloud
	client *cloudfrontkeyvaluestore.Client
	arn    string
	wait   func(context.Context, time.Duration) error
	// regions are the stack's, of which one must be left.
	regions []region
}

// storeTries is how often a write is tried against somebody else's, who changed the store in between.
const storeTries = 5

func (s *store) place(region) string { return "key " + contract.DrainStoreKey + " of " + s.arn }

func (s *store) read(ctx context.Context, r region) (bool, error) {
	names, err := s.names(ctx)
	return slices.Contains(names, r.Name), err
}

func (s *store) names(ctx context.Context) ([]string, error) {
	ctx, cancel := s.cloud.within(ctx)
	defer cancel()
	key := contract.DrainStoreKey
	out, err := s.client.GetKey(ctx, &cloudfrontkeyvaluestore.GetKeyInput{KvsARN: &s.arn, Key: &key})
	var missing *kvstypes.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		return nil, nil
	case err != nil:
		return nil, plain(err)
	case out.Value == nil:
		return nil, errors.New("the answer has no value")
	case *out.Value == contract.NotDrained || *out.Value == "":
		return nil, nil
	}
	return strings.Split(*out.Value, ","), nil
}

// write changes the list. The store's ETag holds off whoever else changes it at the same time.
func (s *store) write(ctx context.Context, r region, drained bool) (err error) {
	for try := range storeTries {
		if try > 0 {
			if waited := s.wait(ctx, time.Duration(try)*200*time.Millisecond); waited != nil {
				return waited
			}
		}
		err = s.tryWrite(ctx, r.Name, drained)
		var conflict *kvstypes.ConflictException
		if !errors.As(err, &conflict) {
			break
		}
	}
	if err != nil {
		return plain(err)
	}
	return nil
}

func (s *store) tryWrite(ctx context.Context, name string, drained bool) error {
	ctx, cancel := s.cloud.within(ctx)
	defer cancel()
	described, err := s.client.DescribeKeyValueStore(ctx, &cloudfrontkeyvaluestore.DescribeKeyValueStoreInput{KvsARN: &s.arn})
	if err != nil {
		return err
	}
	names, err := s.names(ctx)
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == name })
	if drained {
		names = append(names, name)
		if !slices.ContainsFunc(s.regions, func(r region) bool { return !r.Planned && !slices.Contains(names, r.Name) }) {
			return errLast(name) // somebody drained another one since that was looked at
		}
	}
	key, value := contract.DrainStoreKey, contract.NotDrained
	if len(names) > 0 {
		slices.Sort(names)
		value = strings.Join(names, ",")
	}
	_, err = s.client.PutKey(ctx, &cloudfrontkeyvaluestore.PutKeyInput{KvsARN: &s.arn, Key: &key, Value: &value, IfMatch: described.ETag})
	return err
}
