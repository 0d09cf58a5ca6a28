using System.Text;

namespace FunctionsIngest.Model;

/// <summary>A state in one line, for stories.</summary>
internal static class Picture
{
    public static string Of(State state)
    {
        var picture = new StringBuilder("row ").Append(state.Row.State);
        if (state.Row.State >= RowState.Processing)
        {
            picture.Append($" (redrive {state.Row.Redrive}, attempt {state.Row.Attempt}, finished [{Handlers(state.Row.Finished)}])");
            if (state.Row.Owner != Row.Nobody)
                picture.Append(state.Row.Owner == Row.Gone ? ", owner gone" : $", processor {state.Row.Owner}'s").Append(state.Row.LeaseLive ? ", lease live" : ", lease lapsed");
            if (state.Row.Deaths > 0)
                picture.Append($", {state.Row.Deaths} deaths");
            if (state.Row.Outlived)
                picture.Append(", outlived");
        }

        if (state.Row.Old)
            picture.Append(", old");
        for (var i = 0; i < Messages.Capacity; i++)
        {
            var message = state.Messages[i];
            if (message.Exists)
                picture.Append($" | {(message.OnPoisonQueue ? "poison queue" : "queue")}: delivery {message.Delivery}, redrive {message.Redrive}, attempt {message.Attempt}, {message.Visibility}, taken {message.Dequeued}x{(message.Former ? ", former" : message.Late ? ", late" : "")}");
        }

        if (state.PoisonBlob)
            picture.Append($" | poison blob of redrive {state.PoisonBlobRedrive}");
        if (state.PoisonBody)
            picture.Append(state.OldPoisonBody ? " | poison body, old" : " | poison body");
        if (state.Payloads != 0)
            picture.Append($" | payloads of deliveries {Convert.ToString(state.Payloads, 2)}b, old {Convert.ToString(state.OldPayloads, 2)}b");
        return picture.ToString();
    }

    private static string Handlers(byte bits) => bits switch { 0 => "", 1 => "h1", 2 => "h2", _ => "h1 h2" };
}
