using PruneSearch.Core.Settings;

namespace PruneSearch.Core.Stages;

[RegisterSerializer]
internal sealed class CriterionCodec : EnumNameCodec<Criterion>;

[RegisterSerializer]
internal sealed class PruneTargetCodec : EnumNameCodec<PruneTarget>;

[RegisterSerializer]
internal sealed class ChannelRankingCodec : EnumNameCodec<ChannelRanking>;

[RegisterSerializer]
internal sealed class ScoreReductionCodec : EnumNameCodec<ScoreReduction>;

[RegisterSerializer]
internal sealed class ScoreNormalisationCodec : EnumNameCodec<ScoreNormalisation>;

[RegisterSerializer]
internal sealed class ChannelCostCodec : EnumNameCodec<ChannelCost>;

[RegisterSerializer]
internal sealed class OptimizerKindCodec : EnumNameCodec<OptimizerKind>;

[RegisterSerializer]
internal sealed class PrecisionCodec : EnumNameCodec<Precision>;

[RegisterSerializer]
internal sealed class RegularisationKindCodec : EnumNameCodec<RegularisationKind>;

[RegisterSerializer]
internal sealed class MeasuringEngineCodec : EnumNameCodec<MeasuringEngine>;
