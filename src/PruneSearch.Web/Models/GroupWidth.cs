using PruneSearch.Core.Networks;

namespace PruneSearch.Web.Models;

/// <summary>Channels of a group that goes only as a whole.</summary>
/// <param name="Kind">What part of the detector it belongs to.</param>
/// <param name="Before">Channels in the original.</param>
/// <param name="After">Channels in the model.</param>
internal sealed record GroupWidth(string Group, ChannelGroupKind Kind, int Before, int After);
