package graph

import (
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// mocks feed a recorder from a program that runs in this process. The SDK calls them from several goroutines at
// once.
type mocks struct{ recorder *recorder }

// outputsType is a component that exists only under mocks: its inputs are the stack's outputs. The mocks drop
// what is registered as outputs, and this way they are marshalled, awaited and marked secret like everything else.
const outputsType = "onefront:graph:Outputs"

func (m *mocks) wrap(program pulumi.RunFunc) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		ctx.Log = &messageLog{recorder: m.recorder}
		if err := program(ctx); err != nil {
			return err
		}
		exports := pulumi.Map{}
		maps.Copy(exports, ctx.GetCurrentExportMap())
		var outputs pulumi.ResourceState
		return ctx.RegisterComponentResourceV2(outputsType, "outputs", exports, &outputs)
	}
}

// NewResource implements pulumi.MockResourceMonitor.
func (m *mocks) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	if args.TypeToken == outputsType {
		m.recorder.setOutputs(args.Inputs)
		return "", resource.PropertyMap{}, nil
	}
	return m.recorder.register(registrationOf(args))
}

// registrationOf unpacks the request, of which the mocks' own arguments tell only a part.
func registrationOf(args pulumi.MockResourceArgs) registration {
	if args.ReadRPC != nil {
		return read(args.ReadRPC, args.Inputs)
	}
	return registered(args.RegisterRPC, args.Inputs)
}

// Call implements pulumi.MockResourceMonitor.
func (m *mocks) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return invoke(args.Token, args.Args)
}
