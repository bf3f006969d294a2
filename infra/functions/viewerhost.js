// The name that the viewer asked: origins get a Host of their own (F3.12), and Host is read-only here (F2.15).
function viewerHost(request) {
  request.headers['x-forwarded-host'] = { value: request.headers.host.value };
}
