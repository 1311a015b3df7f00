#pragma once

#include "core/progress.h"
#include "encoder/model/backbone_features.h"
#include "encoder/model/feature_cache.h"
#include "encoder/training/augment_options.h"
#include "encoder/training/labeled_images.h"

namespace simdb::training {

/// How many views of an image a backbone sees, and how those beyond the first are changed.
struct ViewOptions {
  int views = 1;
  AugmentOptions augment;  ///< resolved, without what makes classes
};

/// `augment` as it can act on views: chosen by the data if it is automatic, without the changes
/// that make classes (they are drawn anew for every batch, which views are not); nothing for one
/// view.
ViewOptions choose_views(int views, const AugmentOptions& augment, const LabeledImages& images);

/// Fills images.features, from `cache` where it has them. How an image is changed depends on its
/// pixels, the number of the view and `options` alone. `progress` counts views of images; when it
/// returns false the features stay empty, what was found is in the cache, and the result is false.
/// Throws Error(kUsage) if the images were fitted to another input than the backbone's, and what
/// cached_features throws.
bool compute_features(LabeledImages& images, const BackboneFeatures& backbone, FeatureCache& cache,
                      const ViewOptions& options, const ProgressCallback& progress = {});

}  // namespace simdb::training
