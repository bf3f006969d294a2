// The 404 page has status 404. A 304 or 206 stays what it is: the browser has the page already, or asked for a part.
function notFound(event) {
  var response = event.response;
  if (event.request.uri === '/404.html' && response.statusCode === 200) {
    response.statusCode = 404;
    response.statusDescription = 'Not Found';
  }
  return response;
}
