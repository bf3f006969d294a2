package graph

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// monitor feeds a recorder from a program in another process: it is the resource monitor of Pulumi's protocol
// (proto/pulumi/resource.proto). What is not here answers Unimplemented, and what it does not announce, a program's
// SDK does not ask for: output values, transforms and hooks.
type monitor struct {
	pulumirpc.UnimplementedResourceMonitorServer
	recorder *recorder
}

// features are what a program may rely on. Options that only an engine acts on (deletedWith, replaceWith) are taken,
// since an SDK refuses them otherwise.
var features = map[string]pulumirpc.ResourceMonitorFeature{
	"secrets":            pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_SECRETS,
	"resourceReferences": pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
	"aliasSpecs":         pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
	"deletedWith":        pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_DELETED_WITH,
	"replaceWith":        pulumirpc.ResourceMonitorFeature_RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
}

// GetDeploymentInfo announces the features.
func (m *monitor) GetDeploymentInfo(context.Context, *emptypb.Empty) (*pulumirpc.DeploymentInfo, error) {
	info := &pulumirpc.DeploymentInfo{Project: m.recorder.project, Stack: m.recorder.stack, Organization: organization}
	for _, feature := range features {
		info.SupportedFeatures = append(info.SupportedFeatures, feature)
	}
	return info, nil
}

// SupportsFeature announces the features to SDKs before v3.230, which ask for each.
func (m *monitor) SupportsFeature(_ context.Context, in *pulumirpc.SupportsFeatureRequest) (*pulumirpc.SupportsFeatureResponse, error) {
	_, known := features[in.GetId()]
	return &pulumirpc.SupportsFeatureResponse{HasSupport: known}, nil
}

// RegisterResource records a resource. The stack itself is answered by its URN alone.
func (m *monitor) RegisterResource(_ context.Context, in *pulumirpc.RegisterResourceRequest) (*pulumirpc.RegisterResourceResponse, error) {
	urn := m.recorder.urn(in.GetParent(), in.GetType(), in.GetName())
	if in.GetType() == string(resource.RootStackType) {
		m.recorder.begin()
		return &pulumirpc.RegisterResourceResponse{Urn: urn}, nil
	}
	if in.GetRemote() {
		return nil, fmt.Errorf("%s: local mode runs no component of a provider: write it in the program's own language", urn)
	}
	inputs, err := received(in.GetObject())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", urn, err)
	}
	id, state, err := m.recorder.register(registered(in, inputs))
	if err != nil {
		return nil, err
	}
	object, err := sent(state)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", urn, err)
	}
	return &pulumirpc.RegisterResourceResponse{Urn: urn, Id: id, Object: object, Unknown: m.recorder.leavesOut(in.GetType())}, nil
}

const stackReferenceType = "pulumi:pulumi:StackReference"

// ReadResource records a resource that exists already.
func (m *monitor) ReadResource(_ context.Context, in *pulumirpc.ReadResourceRequest) (*pulumirpc.ReadResourceResponse, error) {
	urn := m.recorder.urn(in.GetParent(), in.GetType(), in.GetName())
	if in.GetType() == stackReferenceType {
		return nil, fmt.Errorf("%s: local mode cannot read the outputs of another stack: take the value from configuration, which a stack file for local mode may set", urn)
	}
	inputs, err := received(in.GetProperties())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", urn, err)
	}
	_, state, err := m.recorder.register(read(in, inputs))
	if err != nil {
		return nil, err
	}
	object, err := sent(state)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", urn, err)
	}
	return &pulumirpc.ReadResourceResponse{Urn: urn, Properties: object}, nil
}

// RegisterResourceOutputs keeps the stack's outputs. Components' are of no use to anybody here.
func (m *monitor) RegisterResourceOutputs(_ context.Context, in *pulumirpc.RegisterResourceOutputsRequest) (*emptypb.Empty, error) {
	if urn := resource.URN(in.GetUrn()); urn.IsValid() && urn.QualifiedType() == resource.RootStackType {
		outputs, err := received(in.GetOutputs())
		if err != nil {
			return nil, fmt.Errorf("the stack's outputs: %w", err)
		}
		m.recorder.setOutputs(outputs)
	}
	return &emptypb.Empty{}, nil
}

// Invoke answers the functions of providers that have an answer here.
func (m *monitor) Invoke(_ context.Context, in *pulumirpc.ResourceInvokeRequest) (*pulumirpc.ResourceInvokeResponse, error) {
	args, err := received(in.GetArgs())
	if err != nil {
		return nil, fmt.Errorf("invoking %s: %w", in.GetTok(), err)
	}
	result, err := invoke(in.GetTok(), args)
	if err != nil {
		return nil, err
	}
	object, err := sent(result)
	if err != nil {
		return nil, fmt.Errorf("invoking %s: %w", in.GetTok(), err)
	}
	return &pulumirpc.ResourceInvokeResponse{Return: object}, nil
}

// SignalAndWaitForShutdown lets the program end at once: nothing is left to be done after its last word.
func (m *monitor) SignalAndWaitForShutdown(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// received reads properties as the mocks do, and keeps what is unknown.
func received(properties *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(properties, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true})
}

func sent(properties resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(properties, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true})
}

// registered unpacks a request to register a resource.
func registered(in *pulumirpc.RegisterResourceRequest, inputs resource.PropertyMap) registration {
	r := registration{
		typ: in.GetType(), name: in.GetName(), custom: in.GetCustom(), inputs: inputs, importID: in.GetImportId(),
		parent: in.GetParent(), provider: in.GetProvider(), dependencies: in.GetDependencies(),
		protect: in.GetProtect(), deleteBeforeReplace: in.GetDeleteBeforeReplace(), ignoreChanges: in.GetIgnoreChanges(),
		secretOutputs:        in.GetAdditionalSecretOutputs(),
		propertyDependencies: make(map[string][]string, len(in.GetPropertyDependencies())),
	}
	for key, on := range in.GetPropertyDependencies() {
		r.propertyDependencies[key] = on.GetUrns()
	}
	return r
}

// read unpacks a request to read a resource.
func read(in *pulumirpc.ReadResourceRequest, inputs resource.PropertyMap) registration {
	return registration{
		typ: in.GetType(), name: in.GetName(), custom: true, existing: true, inputs: inputs, importID: in.GetId(),
		parent: in.GetParent(), provider: in.GetProvider(), dependencies: in.GetDependencies(),
		secretOutputs: in.GetAdditionalSecretOutputs(),
	}
}
