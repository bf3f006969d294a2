package sqs

// handleInput is DeleteMessage's input, and a batch entry of it.
type handleInput struct {
	queueInput
	ID            string `json:"Id"`
	ReceiptHandle string `json:"ReceiptHandle"`
}

func (in *handleInput) entryID() string { return in.ID }

// visibilityInput is ChangeMessageVisibility's.
type visibilityInput struct {
	handleInput
	VisibilityTimeout *int `json:"VisibilityTimeout"`
}

// maxVisibilitySeconds is twelve hours.
const maxVisibilitySeconds = 12 * 3600

func checkVisibility(n int) error {
	if n < 0 || n > maxVisibilitySeconds {
		return invalidValue(n, "VisibilityTimeout", "VisibilityTimeout must be an integer between 0 and 43200")
	}
	return nil
}

// entryDone is a batch's answer for one entry that went through.
type entryDone struct {
	ID string `json:"Id"`
}

func (s *Service) deleteMessage(region string, in *handleInput) (any, error) {
	q, err := s.queue(region, in.queueInput)
	if err != nil {
		return nil, err
	}
	if _, err := s.deleteEntry(q, in); err != nil {
		return nil, err
	}
	return struct{}{}, nil
}

func (s *Service) deleteMessageBatch(region string, in *batchInput[handleInput]) (any, error) {
	q, err := s.queue(region, in.queueInput)
	if err != nil {
		return nil, err
	}
	return runBatch(in.Entries, func(e *handleInput) (any, error) { return s.deleteEntry(q, e) })
}

// deleteEntry deletes by the latest receipt handle, also after the visibility timeout. With an older one "the request
// succeeds, but the message might not be deleted" (DeleteMessage); here it is not. A message that is gone is no error.
func (s *Service) deleteEntry(q *queue, in *handleInput) (any, error) {
	if err := checkHandle(in.ReceiptHandle); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, latest := q.byHandle(in.ReceiptHandle); latest {
		q.remove(m)
		s.plan(q)
	}
	return entryDone{in.ID}, nil
}

func (s *Service) changeMessageVisibility(region string, in *visibilityInput) (any, error) {
	q, err := s.queue(region, in.queueInput)
	if err != nil {
		return nil, err
	}
	if _, err := s.changeEntry(q, in); err != nil {
		return nil, err
	}
	return struct{}{}, nil
}

func (s *Service) changeMessageVisibilityBatch(region string, in *batchInput[visibilityInput]) (any, error) {
	q, err := s.queue(region, in.queueInput)
	if err != nil {
		return nil, err
	}
	return runBatch(in.Entries, func(e *visibilityInput) (any, error) { return s.changeEntry(q, e) })
}

// changeEntry sets the visibility timeout of a message in flight, counted from now.
func (s *Service) changeEntry(q *queue, in *visibilityInput) (any, error) {
	if err := checkHandle(in.ReceiptHandle); err != nil {
		return nil, err
	}
	if in.VisibilityTimeout == nil {
		return nil, missingParameter("VisibilityTimeout")
	}
	if err := checkVisibility(*in.VisibilityTimeout); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	m, latest := q.byHandle(in.ReceiptHandle)
	if !latest || !m.inFlight(now) {
		return nil, notInFlight(in.ReceiptHandle)
	}
	m.visibleAt = now.Add(seconds(*in.VisibilityTimeout))
	s.plan(q)
	return entryDone{in.ID}, nil
}

func checkHandle(handle string) error {
	switch {
	case handle == "":
		return missingParameter("ReceiptHandle")
	case messageID(handle) == "":
		return invalidHandle(handle)
	}
	return nil
}
