// The 404 page says its status itself, in the metadata of its object: what a viewer-response function sees of the
// path is not sure (F14.9). A 304 or 206 stays what it is: the browser has the page already, or asked for a part.
function notFoundPage(event) {
  var response = event.response;
  if (response.headers[MARK] && response.headers[MARK].value === '404') {
    delete response.headers[MARK];
    if (response.statusCode === 200) {
      response.statusCode = 404;
      response.statusDescription = 'Not Found';
    }
  }
  return response;
}
