using System.Net;
using System.Net.Http.Headers;

namespace FunctionsIngest.App.Tests.Hosting;

/// <summary>What a sender gets back, and the invocation that made it.</summary>
/// <param name="Status">The status.</param>
/// <param name="Headers">The headers, without those of the body.</param>
/// <param name="ContentHeaders">The headers of the body.</param>
/// <param name="Body">The body.</param>
/// <param name="InvocationId">The invocation.</param>
internal sealed record Answer(
    HttpStatusCode Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, string Body, string InvocationId);
