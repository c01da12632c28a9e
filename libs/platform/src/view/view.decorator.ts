import { SetMetadata } from '@nestjs/common';

export const VIEWS = Symbol('picly:views');

/** The projections that the answers of a controller (or of one method) are read from. */
export const View = (...projections: readonly string[]): ClassDecorator & MethodDecorator => SetMetadata(VIEWS, projections);
