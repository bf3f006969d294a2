package main

import (
	"context"
	"errors"
)

// doctor records the program of the current folder as a deployment would run it, and asks the account for what that
// needs.
func (c *command) doctor(ctx context.Context) error {
	return errors.New("not yet")
}
