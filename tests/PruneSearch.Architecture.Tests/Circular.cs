// Rooms that need each other in a circle, and one that needs them: what CircleTests must find, and what it must leave alone.
namespace PruneSearch.Architecture.Tests.Circular.Hosting
{
    internal sealed record Host(Searches.Search? Runs);
}

namespace PruneSearch.Architecture.Tests.Circular.Searches
{
    internal sealed record Search(Stages.Stage? First);
}

namespace PruneSearch.Architecture.Tests.Circular.Stages
{
    internal sealed record Stage(Hosting.Host? At);
}

namespace PruneSearch.Architecture.Tests.Circular.Commands
{
    internal sealed record Command(Hosting.Host? Calls);
}
