package keyvaluestore_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore/types"
	"github.com/aws/smithy-go"
	smithyendpoints "github.com/aws/smithy-go/endpoints"

	"github.com/onefront/onefront/local/cloudfront/keyvaluestore"
)

const arn = "arn:aws:cloudfront::123456789012:key-value-store/8562f61f-caba-2845-9d99-b97diwae5d3c"

// at is an address as it is: the client's own resolver would put the account before its host.
type at url.URL

func (a at) ResolveEndpoint(context.Context, cloudfrontkeyvaluestore.EndpointParameters) (smithyendpoints.Endpoint, error) {
	return smithyendpoints.Endpoint{URI: url.URL(a), Headers: http.Header{}}, nil
}

// client is AWS's own, which asks a store with the keys.
func client(t *testing.T, keys map[string]string) (*cloudfrontkeyvaluestore.Client, *keyvaluestore.Store) {
	t.Helper()
	store := keyvaluestore.New("8562f61f", keys)
	server := httptest.NewServer(keyvaluestore.Stores{arn: store}.Handler())
	t.Cleanup(server.Close)
	address, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return cloudfrontkeyvaluestore.New(cloudfrontkeyvaluestore.Options{
		Region: "us-east-1", EndpointResolverV2: at(*address), Credentials: credentials.NewStaticCredentialsProvider("A", "b", ""),
	}), store
}

func TestAPI_changesKeys(t *testing.T) {
	t.Parallel()
	c, store := client(t, map[string]string{"now": "-", "old": "x"})
	ctx, name := t.Context(), aws.String(arn)
	described, err := c.DescribeKeyValueStore(ctx, &cloudfrontkeyvaluestore.DescribeKeyValueStoreInput{KvsARN: name})
	if err != nil || aws.ToInt32(described.ItemCount) != 2 || aws.ToString(described.Status) != "READY" || aws.ToInt64(described.TotalSizeInBytes) != 8 {
		t.Fatalf("described %+v, %v", described, err)
	}
	put, err := c.PutKey(ctx, &cloudfrontkeyvaluestore.PutKeyInput{KvsARN: name, Key: aws.String("now"), Value: aws.String("eu-west-1"), IfMatch: described.ETag})
	if err != nil || aws.ToString(put.ETag) == aws.ToString(described.ETag) {
		t.Fatalf("put %+v, %v: want another ETag", put, err)
	}
	got, err := c.GetKey(ctx, &cloudfrontkeyvaluestore.GetKeyInput{KvsARN: name, Key: aws.String("now")})
	if value, _ := store.Get("now"); err != nil || aws.ToString(got.Value) != "eu-west-1" || value != "eu-west-1" {
		t.Fatalf("got %+v, %v; a function reads %q", got, err, value)
	}
	updated, err := c.UpdateKeys(ctx, &cloudfrontkeyvaluestore.UpdateKeysInput{
		KvsARN: name, IfMatch: put.ETag, Deletes: []types.DeleteKeyRequestListItem{{Key: aws.String("old")}},
		Puts: []types.PutKeyRequestListItem{{Key: aws.String("a/b c"), Value: aws.String("ä")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.GetKey(ctx, &cloudfrontkeyvaluestore.GetKeyInput{KvsARN: name, Key: aws.String("a/b c")}); err != nil || aws.ToString(got.Value) != "ä" {
		t.Errorf("a key with a slash: %+v, %v", got, err)
	}
	if _, err := c.DeleteKey(ctx, &cloudfrontkeyvaluestore.DeleteKeyInput{KvsARN: name, Key: aws.String("a/b c"), IfMatch: updated.ETag}); err != nil {
		t.Error(err)
	}
	listed, err := c.ListKeys(ctx, &cloudfrontkeyvaluestore.ListKeysInput{KvsARN: name})
	if err != nil || len(listed.Items) != 1 || aws.ToString(listed.Items[0].Key) != "now" {
		t.Errorf("listed %+v, %v", listed, err)
	}
	store.Reset()
	if value, _ := store.Get("now"); value != "-" {
		t.Errorf("after a reset: %q", value)
	}
}

func TestAPI_pages(t *testing.T) {
	t.Parallel()
	keys := map[string]string{}
	for i := range 120 {
		keys[fmt.Sprint(i)] = "v"
	}
	c, _ := client(t, keys)
	pages := cloudfrontkeyvaluestore.NewListKeysPaginator(c, &cloudfrontkeyvaluestore.ListKeysInput{KvsARN: aws.String(arn)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			delete(keys, aws.ToString(item.Key))
		}
	}
	if len(keys) > 0 {
		t.Errorf("never listed: %v", keys)
	}
}

func TestAPI_refuses(t *testing.T) {
	t.Parallel()
	c, store := client(t, map[string]string{"now": "-"})
	put := func(key, value, match string) error {
		_, err := c.PutKey(t.Context(), &cloudfrontkeyvaluestore.PutKeyInput{KvsARN: aws.String(arn), Key: &key, Value: &value, IfMatch: &match})
		return err
	}
	_, noKey := c.GetKey(t.Context(), &cloudfrontkeyvaluestore.GetKeyInput{KvsARN: aws.String(arn), Key: aws.String("none")})
	_, noStore := c.DescribeKeyValueStore(t.Context(), &cloudfrontkeyvaluestore.DescribeKeyValueStoreInput{KvsARN: aws.String(arn + "x")})
	_, noDelete := c.DeleteKey(t.Context(), &cloudfrontkeyvaluestore.DeleteKeyInput{KvsARN: aws.String(arn), Key: aws.String("none"), IfMatch: aws.String("KV0")})
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"another ETag":    {put("now", "x", "KV7"), "ConflictException"},
		"a long key":      {put(strings.Repeat("k", 513), "x", "KV0"), "ValidationException"},
		"a long value":    {put("now", strings.Repeat("v", 1025), "KV0"), "ValidationException"},
		"a missing key":   {noKey, "ResourceNotFoundException"},
		"a missing store": {noStore, "ResourceNotFoundException"},
		"nothing to drop": {noDelete, "ResourceNotFoundException"},
	} {
		var said smithy.APIError
		if !errors.As(tt.err, &said) || said.ErrorCode() != tt.want {
			t.Errorf("%s: got %v, want %s", name, tt.err, tt.want)
		}
	}
	if value, _ := store.Get("now"); value != "-" {
		t.Errorf("a refused update wrote %q", value)
	}
}
