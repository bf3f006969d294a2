package sqs

// Redrive moves every dead letter of a region back to the queue it came from, as the console's "Start DLQ redrive"
// does, and says how many. Each starts anew: its receives count from zero. A letter that an application put there
// itself goes to the queue that redrives to this one.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
func (s *Service) Redrive(region string) (moved int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	for _, q := range s.queues {
		dead := q.deadLetters
		if q.region != region || dead == nil {
			continue
		}
		s.expire(dead, now)
		kept := dead.messages[:0:0]
		for _, m := range dead.messages {
			if m.inFlight(now) || m.sourceARN != "" && m.sourceARN != q.arn {
				kept = append(kept, m)
				continue
			}
			m.sourceARN, m.reason, m.handle, m.receives, m.visibleAt = "", "", "", 0, now
			q.messages = append(q.messages, m)
			moved++
		}
		dead.messages = kept
		s.plan(dead)
		s.plan(q)
	}
	return moved
}
