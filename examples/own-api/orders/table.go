package main

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// order is one as it is kept.
type order struct {
	ID       string `json:"id"`
	Product  string `json:"product"`
	Customer string `json:"-"`
}

// table keeps orders in this region's replica of the global table.
type table struct {
	client *dynamodb.Client
	name   string
}

// create keeps an order unless there is one with its id, and returns the one that is kept. An id comes from the
// customer and the Idempotency-Key, so a second attempt finds the first one's order. The condition holds in one region:
// where the second attempt came to another region before the replica had the first, both write the same item, which
// is the same order again.
func (t *table) create(ctx context.Context, o order) (kept order, created bool, err error) {
	_, err = t.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &t.name,
		Item: map[string]types.AttributeValue{
			"id":       &types.AttributeValueMemberS{Value: o.ID},
			"product":  &types.AttributeValueMemberS{Value: o.Product},
			"customer": &types.AttributeValueMemberS{Value: o.Customer},
		},
		ConditionExpression: aws.String("attribute_not_exists(id)"),
	})
	var exists *types.ConditionalCheckFailedException
	if !errors.As(err, &exists) {
		return o, err == nil, err
	}
	kept, found, err := t.get(ctx, o.ID)
	if err == nil && !found {
		err = errors.New("the order that was there is gone")
	}
	return kept, false, err
}

// get finds an order; false where this region has none (yet).
func (t *table) get(ctx context.Context, id string) (order, bool, error) {
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &t.name, ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}},
	})
	if err != nil || len(out.Item) == 0 {
		return order{}, false, err
	}
	return order{ID: text(out.Item["id"]), Product: text(out.Item["product"]), Customer: text(out.Item["customer"])}, true, nil
}

func text(value types.AttributeValue) string {
	if s, ok := value.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}
