// Read failover on a route with all methods: the behavior's target is one origin, and only reads get a group
// (F2.9). If that fails the read has the one origin.
function readFailover(request) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return;
  }
  try {
    cf.createRequestOriginGroup({
      originIds: [{ originId: PAIR[0] }, { originId: PAIR[1] }],
      failoverCriteria: { statusCodes: CODES }
    });
  } catch (e) {
    console.log('no origin group: ' + e);
  }
}
