using FunctionsIngest.App.Tests.Protocol;
using Grpc.Core;

namespace FunctionsIngest.App.Tests.Hosting;

/// <summary>The service that a worker calls: it opens the stream.</summary>
internal sealed class FunctionRpcService(HostStream stream) : FunctionRpc.FunctionRpcBase
{
    public override Task EventStream(
        IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context)
        => stream.RunAsync(requestStream, responseStream, context.CancellationToken);
}
